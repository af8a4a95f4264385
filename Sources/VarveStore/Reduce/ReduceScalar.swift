import VarveBytes

/// A value while it is computed with: what it points to belongs to the row or to who computes.
enum ReduceScalar: BitwiseCopyable {
    case null
    case int64(Int64)
    case uint64(UInt64)
    case float64(Double)
    case boolean(Bool)
    case utf8(UnsafeRawBufferPointer)
    case date32(Int32)
    case date64(Int64)
    case timestamp(Int64)
    case decimal128(Int128)
    case decimal256(Int256)
    case binary(UnsafeRawBufferPointer)

    /// True for NULL.
    var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The bytes of text or binary; nil for everything else.
    var run: UnsafeRawBufferPointer? {
        switch self {
        case .utf8(let bytes), .binary(let bytes): bytes
        default: nil
        }
    }

    /// The same in memory of its own; nil for NULL.
    var value: ReduceValue? {
        switch self {
        case .null: nil
        case .int64(let value): .int64(value)
        case .uint64(let value): .uint64(value)
        case .float64(let value): .float64(value)
        case .boolean(let value): .boolean(value)
        case .utf8(let text): .utf8(String(decoding: text, as: UTF8.self))
        case .date32(let value): .date32(value)
        case .date64(let value): .date64(value)
        case .timestamp(let value): .timestamp(value)
        case .decimal128(let value): .decimal128(value)
        case .decimal256(let value): .decimal256(value)
        case .binary(let bytes): .fixedSizeBinary(Array(bytes))
        }
    }

    /// True when this value comes before `other`: false before true, floats in their total order,
    /// runs byte by byte. Values of different kinds do not come before one another, nor does NULL.
    func precedes(_ other: ReduceScalar) -> Bool {
        switch (self, other) {
        case (.int64(let left), .int64(let right)): left < right
        case (.uint64(let left), .uint64(let right)): left < right
        case (.float64(let left), .float64(let right)): left.order < right.order
        case (.boolean(let left), .boolean(let right)): !left && right
        case (.utf8(let left), .utf8(let right)): left.sortsBefore(right)
        case (.date32(let left), .date32(let right)): left < right
        case (.date64(let left), .date64(let right)): left < right
        case (.timestamp(let left), .timestamp(let right)): left < right
        case (.decimal128(let left), .decimal128(let right)): left < right
        case (.decimal256(let left), .decimal256(let right)): left < right
        case (.binary(let left), .binary(let right)): left.sortsBefore(right)
        default: false
        }
    }
}

extension Double {
    /// A number whose order is the total order of floats: -NaN, -infinity … -0, 0 … infinity, NaN.
    var order: Int64 {
        let bits = Int64(bitPattern: bitPattern)
        return bits ^ ((bits >> 63) & .max)
    }
}
