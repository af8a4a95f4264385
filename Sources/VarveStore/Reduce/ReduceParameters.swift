/// What is computed over a range of rows.
public struct ReduceParameters: Equatable, Hashable, Sendable {
    /// What is done with the rows of a group, or with all.
    public enum Operation: Equatable, Hashable, Sendable {
        /// How many rows there are.
        case countAll
        /// For how many rows the expression is not NULL.
        case countField
        /// The sum, over `int64`, `uint64`, `float64` and decimals; absent without a value.
        case sum
        /// The least value, floats in their total order; absent without a value.
        case min
        /// The greatest value, floats in their total order; absent without a value.
        case max
    }

    /// One result for each group, or for all rows.
    public struct Reducer: Equatable, Hashable, Sendable {
        /// What is done.
        public var operation: Operation
        /// What it is done with: nil for `countAll`, and for nothing else.
        public var expression: ReduceExpression?

        /// A reducer over `expression`.
        public init(_ operation: Operation, _ expression: ReduceExpression? = nil) {
            self.operation = operation
            self.expression = expression
        }
    }

    /// The results to compute; may be empty where there are groups, which are the answer then.
    public var reducers: [Reducer]
    /// What makes rows belong together; empty for one result over all.
    public var groupBy: [ReduceExpression]
    /// Which rows are looked at; nil for all.
    public var filter: ReducePredicate?

    /// These results, groups and rows.
    public init(
        reducers: [Reducer] = [], groupBy: [ReduceExpression] = [], filter: ReducePredicate? = nil
    ) {
        self.reducers = reducers
        self.groupBy = groupBy
        self.filter = filter
    }
}
