import VarveIndex

/// The sizes that no option of the store changes.
public enum StoreLimits {
    /// The most bytes of a key; the least is 0.
    public static let keyBytesMax = 254
    /// The most entries of a batch.
    public static let batchEntriesMax = 1 << 20
    /// How many bytes of batches may wait to be applied to the index of the keys before a server
    /// takes no more: a read waits until all of them are.
    package static let unappliedBytesMax: UInt64 = 16 << 20
    /// The most bytes of the source of a pattern.
    public static let patternBytesMax = 1 << 10
    /// The most selectors of one subscription.
    public static let selectorsMax = 16
    /// The most filters of one subscription.
    public static let filtersMax = 16
    /// The most rows of one frame of an answer.
    public static let frameRowsMax = 4096
    /// The most bytes of the rows of one frame of an answer, unless a single row has more.
    public static let frameBytesMax = 4 << 20

    /// What `StoreOptions.valueBytesMax` may come to: the index takes no larger ones, and what it
    /// does not take must not reach the log.
    package static let valueBytesCeiling = IndexLimits.valueBytesMax - IndexFormat.sequenceBytes
    /// What `StoreOptions.batchBytesMax` may come to: a batch of the most entries takes more in the
    /// index.
    package static let batchBytesCeiling = 96 << 20
}
