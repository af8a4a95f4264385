/// What a field of a row is read as.
public enum FieldKind: Equatable, Hashable, Sendable, BitwiseCopyable {
    /// A signed integer.
    case int64
    /// An unsigned integer.
    case uint64
    /// A floating-point number.
    case float64
    /// True or false.
    case boolean
    /// UTF-8 text.
    case utf8
    /// Days since 1970-01-01.
    case date32
    /// Milliseconds since 1970-01-01.
    case date64
    /// Microseconds since 1970-01-01.
    case timestamp
    /// A signed integer of 128 bits; its scale is the reader's affair.
    case decimal128
    /// A signed integer of 256 bits; its scale is the reader's affair.
    case decimal256
    /// Exactly `count` bytes.
    case fixedSizeBinary(count: Int)

    /// How many bytes the field takes in a key.
    var keyBytes: Int {
        switch self {
        case .int64, .uint64, .float64, .date64, .timestamp: 8
        case .boolean: 1
        case .utf8, .decimal128: 16
        case .date32: 4
        case .decimal256: 32
        case .fixedSizeBinary(let count): count
        }
    }

    /// True when values of this kind can be added up.
    var isSummable: Bool {
        switch self {
        case .int64, .uint64, .float64, .decimal128, .decimal256: true
        default: false
        }
    }
}
