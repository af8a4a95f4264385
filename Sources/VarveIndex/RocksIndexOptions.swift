/// How much an index on disk may take of the machine. The defaults are the catalog's: small.
package struct RocksIndexOptions: Sendable {
    /// Bytes of the cache of blocks, index and filter blocks included; all indexes of a source
    /// share it.
    package var cacheBytes = 8 << 20
    /// Bytes of a write buffer; full ones are written to disk in the background.
    package var writeBufferBytes = 4 << 20
    /// How many write buffers an index has; writing waits when all are full.
    package var writeBufferCount = 2
    /// The most bytes a second that flushing and compaction write, all indexes of a source
    /// together.
    package var bytesPerSecondMax = 64 << 20
    /// The most files an index keeps open.
    package var openFilesMax = 256
    /// Whether the database keeps a log of its own and syncs it with every batch: for comparison
    /// only, the journal being the log of everything here.
    package var logsEveryBatch = false
    /// Whether blocks are compressed with LZ4.
    package var compresses = true

    /// The defaults.
    package init() {}
}
