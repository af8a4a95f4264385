import VarveLog
import VarvePlatform
import VarveStorage

/// Durable streams in memory: the same engine, and nothing survives the process.
///
/// One append takes up to 6 MiB. Until settling exists the memory of deleted data is not given
/// back.
public typealias MemoryStreamStorage = EngineStorage<StorageInMemory>

/// Says that a storage is in memory.
public enum StorageInMemory {}

extension EngineStorage where Place == StorageInMemory {
    /// An empty storage.
    ///
    /// - Parameters:
    ///   - maxTotalBytes: the most stored bytes of all streams together; nil = no limit.
    ///   - maxStreamBytes: the most stored bytes of one stream; nil = no limit.
    public convenience init(
        maxTotalBytes: UInt64? = nil, maxStreamBytes: UInt64? = nil
    ) throws(StreamStorageError) {
        // The volume is memory already: small files, and little of them a second time in the
        // window.
        var logOptions = LogOptions()
        logOptions.durability = .os
        logOptions.fileBytes = 8 << 20
        logOptions.sparesMax = 1
        logOptions.windowBytes = 4 << 20
        logOptions.recordBytesMax = 6 << 20
        logOptions.appendBytesMax = 6 << 20
        try self.init(
            volume: MemoryVolume(), logOptions: logOptions, maxTotalBytes: maxTotalBytes,
            maxStreamBytes: maxStreamBytes, clock: SystemClock(), random: SystemRandom())
    }
}
