import VarveConnect

/// A typed field of a pair: in its key, or a column of its value.
public enum ReductionField: Hashable, Sendable {
    /// The type of a field.
    public enum Kind: Hashable, Sendable {
        /// A signed integer of 8 bytes.
        case int64
        /// An unsigned integer of 8 bytes.
        case uint64
        /// A floating-point number of 8 bytes.
        case float64
        /// True or false.
        case boolean
        /// Text; in a key 16 bytes, cut at the first NUL.
        case utf8
        /// Days since 1970-01-01.
        case date32
        /// Milliseconds since 1970-01-01.
        case date64
        /// A time in the unit that the rows have.
        case timestamp
        /// A decimal of 16 bytes.
        case decimal128
        /// So many bytes.
        case binary(count: Int)
        /// A decimal of 32 bytes.
        case decimal256

        /// The number of the kind on the wire.
        var number: Int32 {
            switch self {
            case .int64: 0
            case .uint64: 1
            case .float64: 2
            case .boolean: 3
            case .utf8: 4
            case .date32: 5
            case .date64: 6
            case .timestamp: 7
            case .decimal128: 8
            case .binary: 9
            case .decimal256: 10
            }
        }

        /// The length of a run of bytes; 0 for every other kind.
        var byteCount: UInt32 {
            if case .binary(let count) = self { return UInt32(clamping: count) }
            return 0
        }
    }

    /// A field that begins at a byte of the key, in the coding that keeps its order.
    case key(byteOffset: Int, Kind)
    /// One of several fields of the key whose bits alternate.
    ///
    /// The bits begin at `bitOffset`; `widths` are the fields' widths in bytes.
    case zOrder(bitOffset: Int, position: Int, widths: [Int], Kind)
    /// A column of the value, from 0. A row with NULL in a column that is not nullable is passed
    /// over.
    case column(Int, Kind, isNullable: Bool = false)

    /// Fills an empty message with the field.
    func write(to builder: MessageBuilder) throws(MessageFault) {
        switch self {
        case .key(let byteOffset, let kind):
            let field = try builder.message(1)
            field.set(1, UInt32(clamping: byteOffset))
            field.set(2, kind.number)
            field.set(3, kind.byteCount)
        case .zOrder(let bitOffset, let position, let widths, let kind):
            let field = try builder.message(2)
            field.set(1, UInt32(clamping: bitOffset))
            field.set(2, UInt32(clamping: position))
            try field.setAll(3, widths.map { UInt32(clamping: $0) })
            field.set(4, kind.number)
            field.set(5, kind.byteCount)
        case .column(let index, let kind, let isNullable):
            let field = try builder.message(3)
            field.set(1, UInt32(clamping: index))
            field.set(2, kind.number)
            field.set(3, isNullable)
            field.set(4, kind.byteCount)
        }
    }
}
