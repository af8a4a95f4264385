public import VarveLog

/// How a store is opened: limits, none of which is persisted.
public struct StoreOptions: Sendable {
    /// The most bytes of a value; more than 32 MiB counts as that, less a few bytes.
    public var valueBytesMax = 10 << 20
    /// The most bytes of a batch, encoded; more than 96 MiB counts as that. Raising it raises what
    /// `log` takes.
    public var batchBytesMax = 64 << 20 {
        didSet { fitLog() }
    }
    /// How many bytes of recent batches are kept, decoded, for those who follow the store.
    public var recentBytesMax = 32 << 20
    /// From how many entries on a batch reaches the index as a sorted file.
    public var ingestEntriesMin = 100_000
    /// From how many bytes of batches on that retention has dropped their space is given back.
    public var trimBytesMin = 32 << 20
    /// How many bytes of old prunes and settings stay once batches were dropped.
    public var policyBytesMax = 1 << 20
    /// Bytes of the cache of the index's blocks.
    public var cacheBytes = 64 << 20
    /// Bytes of a write buffer of the index.
    public var writeBufferBytes = 32 << 20
    /// The most bytes a second that the index writes in the background.
    public var indexBytesPerSecond = 256 << 20
    /// How the log is opened, where the store has one of its own.
    public var log = LogOptions()

    /// The defaults; those of the log take a batch of the largest size.
    public init() {
        fitLog()
    }

    /// Has the log take a batch of the largest size: one record, in one file of the journal.
    private mutating func fitLog() {
        let bytes = min(batchBytesMax, StoreLimits.batchBytesCeiling)
        log.recordBytesMax = max(log.recordBytesMax, bytes)
        log.appendBytesMax = max(log.appendBytesMax, bytes)
        log.stagedBytesMax = max(log.stagedBytesMax, 2 * bytes)
        log.fileBytes = max(log.fileBytes, bytes + (16 << 20))
    }
}
