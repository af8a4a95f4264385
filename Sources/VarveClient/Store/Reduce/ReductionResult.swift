import VarveConnect

/// What a reduction came to.
public struct ReductionResult: Hashable, Sendable {
    /// The results of one group.
    public struct Group: Hashable, Sendable {
        /// What the pairs of the group have in common; nil for NULL.
        public let key: [ReductionValue?]
        /// The reducers' results, in their order; nil where there was no value.
        public let values: [ReductionValue?]
    }

    /// The reducers' results, in their order; nil where there was no value. Empty when pairs are
    /// grouped.
    public let values: [ReductionValue?]
    /// The groups in the order of their keys; empty when pairs are not grouped.
    public let groups: [Group]
    /// The sequence of the last batch that the answer could see.
    public let sequence: UInt64

    /// The result in an answer.
    init(_ view: MessageView) {
        values = Self.values(view.messages(1))
        groups = view.messages(2).map { group in
            let isPresent = group.bools(2)
            let key = group.messages(1).enumerated().map { index, value in
                index < isPresent.count && !isPresent[index] ? nil : ReductionValue(value)
            }
            return Group(key: key, values: Self.values(group.messages(3)))
        }
        sequence = view.message(3)?.number(1, as: UInt64.self) ?? 0
    }

    private static func values(_ results: [MessageView]) -> [ReductionValue?] {
        results.map { result in result.message(1).flatMap { ReductionValue($0) } }
    }
}
