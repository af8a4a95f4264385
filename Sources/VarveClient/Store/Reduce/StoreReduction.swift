import VarveConnect

/// What is computed over a range of keys, on the server: numbers instead of the pairs.
public struct StoreReduction: Hashable, Sendable {
    /// One result.
    public enum Reducer: Hashable, Sendable {
        /// How many pairs there are.
        case countAll
        /// How many pairs have a value of the expression that is not NULL.
        case count(ReductionExpression)
        /// The sum.
        case sum(ReductionExpression)
        /// The smallest value.
        case min(ReductionExpression)
        /// The largest value.
        case max(ReductionExpression)

        /// Fills an empty message with the reducer.
        func write(to builder: MessageBuilder) throws(MessageFault) {
            let (number, expression): (Int32, ReductionExpression?) =
                switch self {
                case .countAll: (0, nil)
                case .count(let expression): (1, expression)
                case .sum(let expression): (2, expression)
                case .min(let expression): (3, expression)
                case .max(let expression): (4, expression)
                }
            builder.set(1, number)
            try expression?.write(to: builder.message(2))
        }
    }

    /// A condition on pairs.
    public struct Check: Hashable, Sendable {
        /// The field.
        public var field: ReductionField
        /// What it must be.
        public var constraint: ReductionConstraint

        /// A condition.
        public init(_ field: ReductionField, _ constraint: ReductionConstraint) {
            self.field = field
            self.constraint = constraint
        }
    }

    /// The results, in this order.
    public var reducers: [Reducer]
    /// What the pairs are grouped by; with no reducer, the groups alone are the result.
    public var groupBy: [ReductionExpression]
    /// What a pair must fulfil to count: all of these.
    public var filter: [Check]

    /// A reduction.
    public init(
        _ reducers: [Reducer], groupBy: [ReductionExpression] = [], filter: [Check] = []
    ) {
        self.reducers = reducers
        self.groupBy = groupBy
        self.filter = filter
    }

    /// Fills an empty message with the parameters.
    func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.messages(1, count: reducers.count) { (index, entry) throws(MessageFault) in
            try reducers[index].write(to: entry)
        }
        try builder.messages(2, count: groupBy.count) { (index, entry) throws(MessageFault) in
            try groupBy[index].write(to: entry)
        }
        guard !filter.isEmpty else { return }
        let predicate = try builder.message(3)
        try predicate.messages(1, count: filter.count) { (index, entry) throws(MessageFault) in
            try filter[index].field.write(to: entry.message(1))
            try filter[index].constraint.write(to: entry.message(2))
        }
    }
}
