/// A value that a reduction takes or gives; NULL is the absence of one.
public enum ReduceValue: Equatable, Hashable, Sendable {
    /// A signed integer.
    case int64(Int64)
    /// An unsigned integer.
    case uint64(UInt64)
    /// A floating-point number.
    case float64(Double)
    /// True or false.
    case boolean(Bool)
    /// Text; the reduction compares it by its UTF-8 bytes.
    case utf8(String)
    /// Days since 1970-01-01.
    case date32(Int32)
    /// Milliseconds since 1970-01-01.
    case date64(Int64)
    /// Microseconds since 1970-01-01.
    case timestamp(Int64)
    /// A signed integer of 128 bits.
    case decimal128(Int128)
    /// A signed integer of 256 bits.
    case decimal256(Int256)
    /// A run of bytes.
    case fixedSizeBinary([UInt8])

    /// What it is.
    public var kind: FieldKind {
        switch self {
        case .int64: .int64
        case .uint64: .uint64
        case .float64: .float64
        case .boolean: .boolean
        case .utf8: .utf8
        case .date32: .date32
        case .date64: .date64
        case .timestamp: .timestamp
        case .decimal128: .decimal128
        case .decimal256: .decimal256
        case .fixedSizeBinary(let bytes): .fixedSizeBinary(count: bytes.count)
        }
    }
}
