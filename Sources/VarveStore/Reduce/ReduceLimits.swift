/// How much one reduction may ask for and keep. Beyond it, it is refused or ends with
/// `StoreError.invalidReduce`.
public struct ReduceLimits: Equatable, Sendable {
    /// The deepest nesting of expressions; a field alone is one deep.
    public static let expressionDepthMax = 32

    /// The most reducers.
    public var reducersMax = 64
    /// The most expressions to group by.
    public var groupExpressionsMax = 16
    /// The most checks of a predicate.
    public var checksMax = 64
    /// The most values of all lists of a predicate together.
    public var listedValuesMax = 10_000
    /// The most operations, fields and literals of all expressions together.
    public var nodesMax = 1024
    /// The most groups.
    public var groupsMax = 100_000
    /// The most bytes of all groups together, their results included.
    public var groupBytesMax = 64 << 20
    /// The most bytes of texts that are computed for one row, all of them together.
    public var scratchBytesMax = 64 << 20

    /// The defaults.
    public init() {}
}
