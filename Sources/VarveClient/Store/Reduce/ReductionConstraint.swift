import VarveConnect

/// What a field must be for its pair to count. NULL fulfils none but `isNull`.
public enum ReductionConstraint: Hashable, Sendable {
    /// A bound of floating-point numbers.
    public struct FloatBound: Hashable, Sendable {
        /// The bound.
        public var value: Double
        /// Whether the bound itself is within.
        public var isInclusive: Bool

        /// A bound.
        public init(_ value: Double, isInclusive: Bool = true) {
            self.value = value
            self.isInclusive = isInclusive
        }
    }

    /// This text.
    case text(String)
    /// This truth value.
    case boolean(Bool)
    /// These bytes.
    case binary([UInt8])
    /// Integers, dates and times; the bounds are within, nil is none.
    case integers(min: Int64?, max: Int64?)
    /// Unsigned integers; the bounds are within, nil is none.
    case unsigned(min: UInt64?, max: UInt64?)
    /// Floating-point numbers; nil is no bound.
    case floats(min: FloatBound?, max: FloatBound?)
    /// Decimals of 16 bytes as in `ReductionValue.decimal128`; the bounds are within.
    case decimal128(min: [UInt8]?, max: [UInt8]?)
    /// Decimals of 32 bytes as in `ReductionValue.decimal256`; the bounds are within.
    case decimal256(min: [UInt8]?, max: [UInt8]?)
    /// NULL.
    case isNull
    /// Anything but NULL.
    case isNotNull
    /// One of these texts.
    case anyText([String])
    /// One of these integers.
    case anyInteger([Int64])
    /// One of these unsigned integers.
    case anyUnsigned([UInt64])
    /// One of these runs of bytes.
    case anyBinary([[UInt8]])

    /// Fills an empty message with the constraint.
    func write(to builder: MessageBuilder) throws(MessageFault) {
        switch self {
        case .text(let text): try builder.set(1, text)
        case .boolean(let value): builder.set(2, value)
        case .binary(let bytes): try builder.set(3, bytes)
        case .integers(let min, let max): Self.write(min, max, to: try builder.message(4))
        case .unsigned(let min, let max): Self.write(min, max, to: try builder.message(5))
        case .floats(let min, let max):
            let range = try builder.message(6)
            if let min { Self.write(min, to: try range.message(1)) }
            if let max { Self.write(max, to: try range.message(2)) }
        case .decimal128(let min, let max): try Self.write(min, max, to: builder.message(7))
        case .isNull: builder.set(8, true)
        case .isNotNull: builder.set(9, true)
        case .anyText(let values): try builder.message(10).setAll(1, values)
        case .anyInteger(let values): try builder.message(11).setAll(1, values)
        case .anyUnsigned(let values): try builder.message(12).setAll(1, values)
        case .anyBinary(let values): try builder.message(13).setAll(1, values)
        case .decimal256(let min, let max): try Self.write(min, max, to: builder.message(14))
        }
    }

    private static func write<Value: Numeric & BitwiseCopyable>(
        _ min: Value?, _ max: Value?, to range: MessageBuilder
    ) {
        if let min { range.set(1, min) }
        if let max { range.set(2, max) }
    }

    private static func write(
        _ min: [UInt8]?, _ max: [UInt8]?, to range: MessageBuilder
    ) throws(MessageFault) {
        if let min { try range.set(1, min) }
        if let max { try range.set(2, max) }
    }

    private static func write(_ bound: FloatBound, to builder: MessageBuilder) {
        builder.set(1, bound.value)
        builder.set(2, bound.isInclusive)
    }
}
