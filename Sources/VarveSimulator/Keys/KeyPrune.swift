import VarvePlatform
import VarveStore

/// A request to prune, and what it means in plain arrays.
///
/// Keys that it can tell apart have ten bytes: a prefix, a group, and a number.
struct KeyPrune {
    /// The pattern behind the prefix.
    private static let pattern = "(?s)^(?P<group>.)(?P<number>.{8})$"

    /// One policy.
    struct Part {
        /// The first byte of its keys.
        var prefix: UInt8
        /// Whether only keys with a group and a number are meant.
        var isStructured = true
        /// Whether each group is looked at by itself.
        var isGrouped = false
        /// Whether the number is compared as a number.
        var isNumeric = true
        var retain: StoreRetention
    }

    let parts: [Part]

    /// A request of one or two policies.
    init(_ random: SeededRandom) {
        let prefixes = random.next(below: 4) == 0 ? KeySpace.prefixes : [KeySpace.prefix(random)]
        parts = prefixes.map { prefix in
            var part = Part(prefix: prefix, retain: .dropAll)
            part.isGrouped = random.next(below: 2) == 0
            let threshold = UInt64(random.next(below: KeySpace.numbers))
            switch random.next(below: 8) {
            case 0: break
            case 1:
                part.isStructured = false
                part.isGrouped = false
            case 2: part.retain = .greaterThan(threshold: threshold)
            case 3: part.retain = .greaterThanOrEqual(threshold: threshold)
            // Refused: nothing may happen then.
            case 4: part.retain = .keepLatest(count: UInt64(random.next(below: 2)))
            default:
                part.retain = .keepLatest(count: UInt64(1 + random.next(below: 4)))
                part.isNumeric = random.next(below: 2) == 0
            }
            return part
        }
    }

    /// Whether no policy is one that must be refused.
    var isValid: Bool { parts.allSatisfy { $0.retain != .keepLatest(count: 0) } }

    /// The request as the store takes it.
    var policies: [PrunePolicy] {
        parts.map { part in
            let order: PrunePolicy.Order? =
                part.retain == .dropAll
                ? nil : .init(captureGroup: "number", encoding: part.isNumeric ? .uint64 : .bytes)
            let selector = StoreSelector(
                prefix: [part.prefix], pattern: part.isStructured ? Self.pattern : nil)
            return PrunePolicy(
                keys: .init(
                    selector: selector, groupBy: part.isGrouped ? ["group"] : [], orderBy: order),
                retain: part.retain)
        }
    }

    /// The keys of `rows` that go.
    func keys(of rows: [StoreKey: KeyModel.Row]) -> [StoreKey] {
        parts.flatMap { part in
            let keys = rows.keys.filter { key in
                key.first == part.prefix
                    && (!part.isStructured || key.count == KeySpace.structuredBytes)
            }
            return Self.keys(of: keys, part).sorted { $0.lexicographicallyPrecedes($1) }
        }
    }

    private static func keys(of keys: [StoreKey], _ part: Part) -> [StoreKey] {
        switch part.retain {
        case .dropAll: return keys
        case .greaterThan(let threshold): return keys.filter { number($0) <= threshold }
        case .greaterThanOrEqual(let threshold): return keys.filter { number($0) < threshold }
        case .keepLatest(let count):
            let groups = Dictionary(grouping: keys) { part.isGrouped ? $0[1] : 0 }
            return groups.values.flatMap { group in
                let oldestFirst = group.sorted { left, right in
                    let (first, second) = (number(left), number(right))
                    return first == second ? left.lexicographicallyPrecedes(right) : first < second
                }
                return oldestFirst.dropLast(Int(clamping: count))
            }
        }
    }

    private static func number(_ key: StoreKey) -> UInt64 {
        key.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// One line for the trace.
    var line: String {
        "prune "
            + parts.map { part in
                "\(part.prefix) structured \(part.isStructured) grouped \(part.isGrouped) "
                    + "\(part.retain)"
            }.joined(separator: ", ")
    }
}
