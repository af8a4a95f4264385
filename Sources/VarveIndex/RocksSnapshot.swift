import CRocksDB

/// An index on disk as it was at one moment.
//
// @unchecked Sendable: the pointer is constant, and RocksDB only reads what it points to.
final class RocksSnapshot: IndexReader, @unchecked Sendable {
    private let database: RocksDatabase
    private let snapshot: OpaquePointer
    private let reading: RocksReadOptions

    init(of database: RocksDatabase) {
        self.database = database
        snapshot = rocksdb_create_snapshot(database.handle)
        reading = RocksReadOptions(snapshot: snapshot)
    }

    deinit {
        rocksdb_release_snapshot(database.handle, snapshot)
    }

    func get(
        _ key: UnsafeRawBufferPointer, waiting: Bool, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(IndexError) -> IndexLookup {
        try database.get(key, reading, waiting: waiting, body)
    }

    func scan(
        _ range: IndexRange, _ order: ScanOrder, waiting: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd {
        try database.scan(range, order, reading, waiting: waiting, body)
    }
}
