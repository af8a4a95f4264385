/// What a reduction found.
public struct ReduceResult: Equatable, Hashable, Sendable {
    /// The rows whose group expressions have the same values.
    public struct Group: Equatable, Hashable, Sendable {
        /// The values of the group expressions; nil for NULL.
        public var values: [ReduceValue?]
        /// One result for each reducer; nil where there was no value.
        public var results: [ReduceValue?]

        /// A group with these values and results.
        public init(values: [ReduceValue?], results: [ReduceValue?]) {
            self.values = values
            self.results = results
        }
    }

    /// One result for each reducer, nil where there was no value; empty where there are groups.
    public var results: [ReduceValue?]
    /// The groups in the order of their values, NULL first; empty where rows are not grouped.
    public var groups: [Group]
    /// How many rows were looked at.
    public var rows: UInt64
    /// How many of them were skipped because something in them could not be read or computed.
    public var skippedRows: UInt64

    /// These findings.
    public init(
        results: [ReduceValue?] = [], groups: [Group] = [], rows: UInt64 = 0,
        skippedRows: UInt64 = 0
    ) {
        self.results = results
        self.groups = groups
        self.rows = rows
        self.skippedRows = skippedRows
    }
}
