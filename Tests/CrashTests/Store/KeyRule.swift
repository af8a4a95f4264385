import VarveConnect

/// One prune that a writer asks for, of keys that nobody else writes.
enum KeyRule: Sendable {
    /// Of the names of the writer's batches only the latest stay.
    case latestNames(writer: Int, count: Int)
    /// All keys with that prefix go.
    case all(prefix: String)

    /// The request for it.
    var request: PruneRequest {
        switch self {
        case .latestNames(let writer, let count):
            PruneRequest([
                .init(
                    selector: KeySelector(
                        prefix: Array(BatchPlan.namePrefix(of: writer).utf8),
                        pattern: "^(?P<number>[0-9a-f]+)$"),
                    order: .init(
                        captureGroup: "number", encoding: PruneRequest.Encoding.bytes),
                    retain: .keepLatest(count: UInt64(count)))
            ])
        case .all(let prefix):
            PruneRequest([
                .init(
                    selector: KeySelector(prefix: Array(prefix.utf8), pattern: ""),
                    retain: .dropAll)
            ])
        }
    }

    /// The keys that go, of those that are there.
    func removals(from pairs: StoreModel.Pairs) -> [[UInt8]] {
        switch self {
        case .latestNames(let writer, let count):
            let prefix = Array(BatchPlan.namePrefix(of: writer).utf8)
            let names = pairs.keys.filter { $0.starts(with: prefix) }
            // The names of a writer have one length.
            let ascending = names.sorted { $0.lexicographicallyPrecedes($1) }
            return Array(ascending.dropLast(count))
        case .all(let prefix):
            let prefix = Array(prefix.utf8)
            return pairs.keys.filter { $0.starts(with: prefix) }
        }
    }
}
