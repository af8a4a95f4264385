/// Something to compute from a row.
///
/// NULL in an operand makes NULL; the right operand is not looked at when the left one is NULL. A
/// row for which an operand is of a kind that the operation does not take, or the result does not
/// fit, or the divisor is zero, is skipped.
///
/// Expressions nest `ReduceLimits.expressionDepthMax` deep at most. Whoever builds one from outside
/// counts on the way: a much deeper one could not even be given back.
public indirect enum ReduceExpression: Equatable, Hashable, Sendable {
    /// A field of the row.
    case field(ReduceField)
    /// The same value for every row.
    case literal(ReduceValue)
    /// The sum of two `int64`, two `uint64`, or two numbers one of which is `float64`.
    case add(ReduceExpression, ReduceExpression)
    /// Their difference.
    case subtract(ReduceExpression, ReduceExpression)
    /// Their product.
    case multiply(ReduceExpression, ReduceExpression)
    /// Their quotient, always `float64`.
    case divide(ReduceExpression, ReduceExpression)
    /// Text in lower case, as Unicode has it.
    case lower(ReduceExpression)
    /// The start of the day, in UTC, of a date or timestamp; before 1970, too, the earlier one.
    case truncateToDay(ReduceExpression)
}
