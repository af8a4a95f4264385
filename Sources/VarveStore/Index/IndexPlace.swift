import VarveIndex
import VarveLog
import VarveStorage

/// Where the index of a store is kept.
struct IndexPlace {
    private let source: any IndexSource
    private var name = IndexFormat.name
    private let outlivesLog: Bool

    /// The place for the store of a log in `volume`, unless `indexes` is given.
    init(of volume: any Volume, indexes: (any IndexSource)?, options: StoreOptions) {
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
            try source.open(name)
        }
        return StoreIndex(ordered, outlivesLog: outlivesLog)
    }
}
