import VarveIndex
import VarveLog
import VarveStorage

/// Where the index of a store is kept.
struct IndexPlace {
    private let source: any IndexSource
    private var name = IndexFormat.name
    private let outlivesLog: Bool
    private let barrier: IndexBarrier?

    /// The place for the store of `log`, beside its files unless `indexes` is given.
    init(of log: EventLog, indexes: (any IndexSource)?, options: StoreOptions) {
        barrier = Self.barrier(of: log)
        let volume = log.volume
        if let indexes {
            source = indexes
            outlivesLog = true
        } else if let files = volume as? FileVolume {
            var limits = RocksIndexOptions()
            limits.cacheBytes = options.cacheBytes
            limits.writeBufferBytes = options.writeBufferBytes
            limits.bytesPerSecondMax = options.indexBytesPerSecond
            source = RocksIndexSource(rootDirectory: files.rootDirectory, options: limits)
            name = Format.indexDirectory
            outlivesLog = true
        } else {
            source = MemoryIndexSource()
            // Of a log in memory nothing is left either.
            outlivesLog = volume is MemoryVolume
        }
    }

    /// Opens the index, and makes it when there is none.
    func open() throws(StoreError) -> StoreIndex {
        let ordered = try StoreIndex.wrapping { () throws(IndexError) in
            try source.open(name, behind: barrier)
        }
        return StoreIndex(ordered, outlivesLog: outlivesLog)
    }

    /// Has the log synced as far as readers see it, which is all that its index can have; else a
    /// loss of power could leave an index of batches that the log has not. Nil where readers see
    /// only what is synced.
    private static func barrier(of log: EventLog) -> IndexBarrier? {
        if log.options.durability == .sync { return nil }
        return { () throws(IndexError) in
            let durable = log.durable
            guard log.synced < durable else { return }
            do throws(LogError) {
                try log.waitUntilSynced(durable)
            } catch {
                throw .failed(
                    directory: Format.indexDirectory,
                    detail: "nothing of it is written before the log is synced: \(error)")
            }
        }
    }
}
