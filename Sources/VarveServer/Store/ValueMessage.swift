// Values of a reduction on the wire: decimals of 128 bits with the highest byte first, those of 256
// with the lowest.

import VarveConnect
import VarveStore

/// The reading and writing of `KvReducedValue`.
enum ValueMessage {
    /// The bytes of a decimal of 128 bits.
    private static let decimal128Bytes = 16

    /// The value of a message; nil when it has none.
    static func read(_ view: MessageView) throws(ReduceFault) -> ReduceValue? {
        if let value = view.number(1, as: Int64.self) { return .int64(value) }
        if let value = view.number(2, as: UInt64.self) { return .uint64(value) }
        if let value = view.number(3, as: Double.self) { return .float64(value) }
        if view.has(4) { return .boolean(view.bool(4)) }
        if view.has(5) { return .utf8(view.string(5)) }
        if let value = view.number(6, as: Int32.self) { return .date32(value) }
        if let value = view.number(7, as: Int64.self) { return .date64(value) }
        if let value = view.number(8, as: Int64.self) { return .timestamp(value) }
        if view.has(9) { return .decimal128(try decimal128(view, 9)) }
        if view.has(10) { return .fixedSizeBinary(Array(view.bytes(10))) }
        if view.has(11) { return .decimal256(try decimal256(view, 11)) }
        return nil
    }

    /// Fills an empty message with a value.
    static func write(
        _ value: ReduceValue, to builder: MessageBuilder
    ) throws(MessageFault) {
        switch value {
        case .int64(let value): builder.set(1, value)
        case .uint64(let value): builder.set(2, value)
        case .float64(let value): builder.set(3, value)
        case .boolean(let value): builder.set(4, value)
        case .utf8(let value): try builder.set(5, value)
        case .date32(let value): builder.set(6, value)
        case .date64(let value): builder.set(7, value)
        case .timestamp(let value): builder.set(8, value)
        case .decimal128(let value):
            var bytes = [UInt8](repeating: 0, count: decimal128Bytes)
            for place in 0..<decimal128Bytes {
                bytes[place] = UInt8(
                    truncatingIfNeeded: value >> Int128(8 * (decimal128Bytes - 1 - place)))
            }
            try builder.set(9, bytes)
        case .fixedSizeBinary(let value): try builder.set(10, value)
        case .decimal256(let value): try builder.set(11, value.littleEndianBytes)
        }
    }

    /// A decimal of 128 bits in a bytes field.
    static func decimal128(_ view: MessageView, _ number: UInt32) throws(ReduceFault) -> Int128 {
        let bytes = view.bytes(number)
        guard bytes.count == decimal128Bytes else {
            throw ReduceFault("a decimal128 has \(bytes.count) bytes, not \(decimal128Bytes)")
        }
        return bytes.reduce(Int128(0)) { $0 << 8 | Int128($1) }
    }

    /// A decimal of 256 bits in a bytes field.
    static func decimal256(_ view: MessageView, _ number: UInt32) throws(ReduceFault) -> Int256 {
        let bytes = Array(view.bytes(number))
        guard let value = Int256(littleEndianBytes: bytes) else {
            throw ReduceFault("a decimal256 has \(bytes.count) bytes, not \(Int256.byteCount)")
        }
        return value
    }
}
