/// What one call wrote: a batch of puts or of deletions, under one sequence number.
public struct StoreBatch: Equatable, Sendable {
    /// What a batch does with its keys. The numbers are persisted.
    public enum Kind: UInt8, Sendable {
        /// Every key gets its value.
        case put = 1
        /// Every key goes; the entries' values are empty.
        case delete = 2
    }

    /// Its place among all batches, counted from 1 without gaps.
    public var sequence: UInt64
    /// What it does.
    public var kind: Kind
    /// What was written, in the order of the call, duplicates included.
    public var entries: [StoreEntry]

    /// A batch with these parts.
    public init(sequence: UInt64, kind: Kind, entries: [StoreEntry]) {
        self.sequence = sequence
        self.kind = kind
        self.entries = entries
    }
}
