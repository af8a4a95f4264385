/// The numbers of a batch record (docs/format.md, "Store batches"). Persisted.
enum BatchFormat {
    /// Bytes before the first entry: the kind u8 and the number of entries u32.
    static let headerBytes = 5
    /// Where the number of entries stands.
    static let countOffset = 1
    /// The most bytes that an entry takes beside those of its key and value.
    static let entryOverheadMax = 1 + 5
}
