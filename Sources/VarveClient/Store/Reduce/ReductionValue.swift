import VarveConnect

/// A value that a reduction computes with or results in.
public enum ReductionValue: Hashable, Sendable {
    /// A signed integer.
    case int64(Int64)
    /// An unsigned integer.
    case uint64(UInt64)
    /// A floating-point number.
    case float64(Double)
    /// True or false.
    case boolean(Bool)
    /// Text.
    case utf8(String)
    /// Days since 1970-01-01.
    case date32(Int32)
    /// Milliseconds since 1970-01-01.
    case date64(Int64)
    /// A time in the unit that the rows have.
    case timestamp(Int64)
    /// A decimal's digits as 16 bytes of a signed integer, the highest first.
    case decimal128([UInt8])
    /// A run of bytes.
    case binary([UInt8])
    /// A decimal's digits as 32 bytes of a signed integer, the lowest first.
    case decimal256([UInt8])

    /// The value of a message; nil when it has none.
    init?(_ view: MessageView) {
        if view.has(1) {
            self = .int64(view.number(1, as: Int64.self) ?? 0)
        } else if view.has(2) {
            self = .uint64(view.number(2, as: UInt64.self) ?? 0)
        } else if view.has(3) {
            self = .float64(view.number(3, as: Double.self) ?? 0)
        } else if view.has(4) {
            self = .boolean(view.bool(4))
        } else if view.has(5) {
            self = .utf8(view.string(5))
        } else if view.has(6) {
            self = .date32(view.number(6, as: Int32.self) ?? 0)
        } else if view.has(7) {
            self = .date64(view.number(7, as: Int64.self) ?? 0)
        } else if view.has(8) {
            self = .timestamp(view.number(8, as: Int64.self) ?? 0)
        } else if view.has(9) {
            self = .decimal128(Array(view.bytes(9)))
        } else if view.has(10) {
            self = .binary(Array(view.bytes(10)))
        } else if view.has(11) {
            self = .decimal256(Array(view.bytes(11)))
        } else {
            return nil
        }
    }

    /// Fills an empty message with the value.
    func write(to builder: MessageBuilder) throws(MessageFault) {
        switch self {
        case .int64(let value): builder.set(1, value)
        case .uint64(let value): builder.set(2, value)
        case .float64(let value): builder.set(3, value)
        case .boolean(let value): builder.set(4, value)
        case .utf8(let value): try builder.set(5, value)
        case .date32(let value): builder.set(6, value)
        case .date64(let value): builder.set(7, value)
        case .timestamp(let value): builder.set(8, value)
        case .decimal128(let value): try builder.set(9, value)
        case .binary(let value): try builder.set(10, value)
        case .decimal256(let value): try builder.set(11, value)
        }
    }
}
