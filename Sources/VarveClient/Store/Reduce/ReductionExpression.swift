import VarveConnect

/// What is computed of a pair before it is reduced or grouped. NULL in, NULL out.
public indirect enum ReductionExpression: Hashable, Sendable {
    /// A field.
    case field(ReductionField)
    /// The same for every pair.
    case literal(ReductionValue)
    /// A sum.
    case add(ReductionExpression, ReductionExpression)
    /// A difference.
    case subtract(ReductionExpression, ReductionExpression)
    /// A product.
    case multiply(ReductionExpression, ReductionExpression)
    /// A quotient, always a floating-point number.
    case divide(ReductionExpression, ReductionExpression)
    /// Text in lower case.
    case lower(ReductionExpression)
    /// A date or time at the beginning of its day.
    case truncateToDay(ReductionExpression)

    /// Fills an empty message with the expression.
    func write(to builder: MessageBuilder) throws(MessageFault) {
        switch self {
        case .field(let field): try field.write(to: builder.message(1))
        case .literal(let value): try value.write(to: builder.message(2))
        case .add(let left, let right): try Self.write(left, right, to: builder.message(3))
        case .subtract(let left, let right): try Self.write(left, right, to: builder.message(4))
        case .multiply(let left, let right): try Self.write(left, right, to: builder.message(5))
        case .divide(let left, let right): try Self.write(left, right, to: builder.message(6))
        case .lower(let inner): try inner.write(to: builder.message(7))
        case .truncateToDay(let inner): try inner.write(to: builder.message(8))
        }
    }

    private static func write(
        _ left: ReductionExpression, _ right: ReductionExpression, to builder: MessageBuilder
    ) throws(MessageFault) {
        try left.write(to: builder.message(1))
        try right.write(to: builder.message(2))
    }
}
