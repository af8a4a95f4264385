import VarveBytes
import VarveLog

/// One record of the policy stream (docs/format.md, "Store policies"). Persisted.
enum PolicyEvent: Equatable, Sendable {
    /// Batches are kept by this rule from now on, nil = all; those below `floor` were dropped
    /// before.
    case retention(StoreRetention?, floor: UInt64)
    /// These keys go, as far as no batch above `sequence` wrote them.
    case prune(sequence: UInt64, keys: [StoreKey])

    private static let retentionTag: UInt8 = 1
    private static let pruneTag: UInt8 = 2

    /// The event at the front of what `reader` has left; it is left behind it.
    init(from reader: inout ByteReader) throws(TruncatedInput) {
        let start = reader.position
        switch try reader.read(UInt8.self) {
        case Self.retentionTag:
            let floor = try reader.read(UInt64.self)
            let rule = try reader.read(UInt8.self)
            let number = try reader.read(UInt64.self)
            let isNumberless = rule == 0 || rule == 4
            guard rule <= 4, !isNumberless || number == 0 else {
                throw TruncatedInput(position: start, expected: 0, available: reader.remaining)
            }
            self = .retention(Self.retention(rule, number), floor: floor)
        case Self.pruneTag:
            let sequence = try reader.read(UInt64.self)
            let count = try reader.read(UInt32.self)
            var keys: [StoreKey] = []
            for _ in 0..<count {
                let bytes = Int(try reader.read(UInt8.self))
                guard bytes <= StoreLimits.keyBytesMax else {
                    throw TruncatedInput(
                        position: reader.position, expected: 0, available: reader.remaining)
                }
                keys.append(Array(try reader.read(count: bytes)))
            }
            self = .prune(sequence: sequence, keys: keys)
        default:
            throw TruncatedInput(position: start, expected: 0, available: reader.remaining)
        }
    }

    /// Appends the event's bytes.
    func encode(into writer: inout ByteWriter) {
        switch self {
        case .retention(let retention, let floor):
            writer.append(Self.retentionTag)
            writer.append(floor)
            let (rule, number) = Self.numbers(of: retention)
            writer.append(rule)
            writer.append(number)
        case .prune(let sequence, let keys):
            writer.append(Self.pruneTag)
            writer.append(sequence)
            writer.append(UInt32(keys.count))
            for key in keys {
                writer.append(UInt8(key.count))
                key.withUnsafeBytes { writer.append($0) }
            }
        }
    }

    /// The event's bytes.
    var encoded: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return Array(writer.bytes)
    }

    private static func retention(_ rule: UInt8, _ number: UInt64) -> StoreRetention? {
        switch rule {
        case 1: .keepLatest(count: number)
        case 2: .greaterThan(threshold: number)
        case 3: .greaterThanOrEqual(threshold: number)
        case 4: .dropAll
        default: nil
        }
    }

    private static func numbers(of retention: StoreRetention?) -> (rule: UInt8, number: UInt64) {
        switch retention {
        case nil: (0, 0)
        case .keepLatest(let count): (1, count)
        case .greaterThan(let threshold): (2, threshold)
        case .greaterThanOrEqual(let threshold): (3, threshold)
        case .dropAll: (4, 0)
        }
    }
}
