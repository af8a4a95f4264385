/// One step of an expression that was checked: what it computes, and from which other steps.
///
/// Steps are numbers into the plan's list. None refers to itself, directly or not, and none is the
/// operand of two, so a row computes each at most once.
enum ReduceNode: BitwiseCopyable {
    /// A part of the key.
    case key(offset: Int, kind: FieldKind)
    /// A part of the key among interleaved ones: which of the plan's.
    case zOrder(Int)
    /// A column: which of those that the plan wants.
    case column(Int, kind: FieldKind, isNullable: Bool)
    /// The same for every row.
    case literal(ReduceScalar)
    case add(Int, Int)
    case subtract(Int, Int)
    case multiply(Int, Int)
    case divide(Int, Int)
    /// Lower case, with one of the plan's scratch buffers for the result.
    case lower(Int, buffer: Int)
    case truncateToDay(Int)
}
