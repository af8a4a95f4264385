import VarveConnect

/// What the store must hold: a dictionary to which batches and prunes were applied.
struct StoreModel {
    typealias Pairs = [[UInt8]: [UInt8]]

    private(set) var pairs: Pairs = [:]

    mutating func apply(_ plan: BatchPlan) {
        for entry in plan.entries {
            pairs[entry.key] = plan.isDeletion ? nil : entry.value
        }
    }

    mutating func apply(_ rule: KeyRule) {
        for key in rule.removals(from: pairs) { pairs[key] = nil }
    }

    /// What is different about all pairs of a store; nil when nothing is.
    func difference(from rows: [KeyValue]) -> String? {
        for (row, next) in zip(rows, rows.dropFirst())
        where !row.key.lexicographicallyPrecedes(next.key) {
            return "the range has \(Self.text(next.key)) behind \(Self.text(row.key))"
        }
        for row in rows {
            guard let value = pairs[row.key] else {
                return "\(Self.text(row.key)) is there and should not be"
            }
            guard row.value.isSame(as: value) else {
                return "\(Self.text(row.key)) has another value, "
                    + "\(Self.text(row.value)), not \(Self.text(value))"
            }
        }
        guard rows.count < pairs.count else { return nil }
        let found = Set(rows.map(\.key))
        let lost = pairs.keys.filter { !found.contains($0) }
        return "\(lost.count) keys are lost, such as \(Self.text(lost[0]))"
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(40), as: UTF8.self)
    }
}
