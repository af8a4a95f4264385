/// Which rows a reduction looks at: those for which every check holds.
public struct ReducePredicate: Equatable, Hashable, Sendable {
    /// One question about one field.
    public struct Check: Equatable, Hashable, Sendable {
        /// What is looked at.
        public var field: ReduceField
        /// What it must fulfil.
        public var constraint: ReduceConstraint

        /// A check of that field.
        public init(field: ReduceField, constraint: ReduceConstraint) {
            self.field = field
            self.constraint = constraint
        }
    }

    /// The checks, all of which must hold.
    public var checks: [Check]
    /// True when no row can fulfil the predicate.
    public var isContradiction: Bool

    /// A predicate with these checks.
    public init(checks: [Check] = [], isContradiction: Bool = false) {
        self.checks = checks
        self.isContradiction = isContradiction
    }
}
