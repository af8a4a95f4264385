import VarveIndex
import VarvePlatform
import VarveStore

/// RocksDB alone, for comparison: the memory of a store's index, and a log of its own that is
/// synced with every batch.
struct RawIndex {
    private let root: String
    private let source: RocksIndexSource

    /// A database that is not there yet.
    init(_ options: BenchmarkOptions) {
        let store = StoreOptions()
        var limits = RocksIndexOptions()
        limits.cacheBytes = store.cacheBytes
        limits.writeBufferBytes = store.writeBufferBytes
        limits.bytesPerSecondMax = store.indexBytesPerSecond
        limits.logsEveryBatch = true
        root = "\(options.directory)/varve-bench-raw-\(Machine.processIdentifier)"
        source = RocksIndexSource(rootDirectory: root, options: limits)
    }

    /// Makes and opens it.
    func open() throws -> any OrderedIndex { try source.open("raw") }

    /// Removes it.
    func remove() {
        try? source.destroy("raw")
        try? File.removeDirectory(root)
    }
}
