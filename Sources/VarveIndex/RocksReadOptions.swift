import CRocksDB

/// Options for reading: of now or of a snapshot, waiting for the disk or not.
//
// @unchecked Sendable: the pointers are constant, and RocksDB only reads what they point to.
final class RocksReadOptions: @unchecked Sendable {
    /// RocksDB's number for "what is in memory and in the block cache".
    private static let cacheTier: Int32 = 1

    private let waiting: OpaquePointer
    private let immediate: OpaquePointer
    private let snapshot: OpaquePointer?

    init(snapshot: OpaquePointer?) {
        self.snapshot = snapshot
        waiting = Self.make(snapshot, waiting: true)
        immediate = Self.make(snapshot, waiting: false)
    }

    deinit {
        rocksdb_readoptions_destroy(waiting)
        rocksdb_readoptions_destroy(immediate)
    }

    /// The options for looking up keys.
    func options(waiting: Bool) -> OpaquePointer {
        waiting ? self.waiting : immediate
    }

    /// Options for one scan, which the caller sets bounds in and destroys.
    func makeForScan(waiting: Bool) -> OpaquePointer {
        let options = Self.make(snapshot, waiting: waiting)
        // Files that the scan was the last to need are removed by the background thread.
        rocksdb_readoptions_set_background_purge_on_iterator_cleanup(options, 1)
        return options
    }

    private static func make(_ snapshot: OpaquePointer?, waiting: Bool) -> OpaquePointer {
        let options: OpaquePointer = rocksdb_readoptions_create()
        if let snapshot { rocksdb_readoptions_set_snapshot(options, snapshot) }
        if !waiting { rocksdb_readoptions_set_read_tier(options, cacheTier) }
        return options
    }
}
