import CRocksDB
import Synchronization
import VarvePlatform

/// An index on disk: one RocksDB database with one column family, in a directory of its own.
///
/// RocksDB's own log is off. A batch lies in one write buffer, buffers reach the disk in the order
/// they were filled, and each does so with a synced file, a synced directory and then a synced
/// entry in the manifest: so what a crash leaves is a prefix of the batches.
///
/// RocksDB flushes in the background whenever a write buffer is full. With a barrier it never does
/// so by itself: a full buffer is flushed from here, behind the barrier.
package final class RocksIndex: OrderedIndex {
    private let database: RocksDatabase
    private let reading = RocksReadOptions(snapshot: nil)
    private let isReadOnly: Bool
    private let barrier: IndexBarrier?
    /// Held by what writes: an ingested run must not become durable before a batch written earlier,
    /// nor a batch that was written behind the barrier. Counts the runs, to name their files.
    private let writing = Mutex<UInt64>(0)

    init(_ database: RocksDatabase, isReadOnly: Bool, behind barrier: IndexBarrier? = nil) {
        self.database = database
        self.isReadOnly = isReadOnly
        self.barrier = barrier
    }

    /// About how many bytes it takes: write buffers, open tables, and the block cache, which all
    /// indexes of its source share.
    package var memoryBytes: Int {
        let names = ["rocksdb.cur-size-all-mem-tables", "rocksdb.estimate-table-readers-mem"]
        let own = names.reduce(0) { sum, name in
            var value: UInt64 = 0
            // Without such a property the value stays zero.
            _ = rocksdb_property_int(database.handle, name, &value)
            return sum + Int(value)
        }
        return own + database.resources.cachedBytes
    }

    package func get(
        _ key: UnsafeRawBufferPointer, waiting: Bool, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(IndexError) -> IndexLookup {
        try database.get(key, reading, waiting: waiting, body)
    }

    package func scan(
        _ range: IndexRange, _ order: ScanOrder, waiting: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd {
        try database.scan(range, order, reading, waiting: waiting, body)
    }

    package func write(_ batch: borrowing IndexBatch) throws(IndexError) {
        try checkWritable()
        if batch.isEmpty { return }
        let encoded = batch.encoded
        let copy = rocksdb_writebatch_create_from(encoded.characters, encoded.count)
        defer { rocksdb_writebatch_destroy(copy) }
        try writing.withLock { (_) throws(IndexError) in
            try RocksCall.run(database.directory) { message in
                rocksdb_write(database.handle, database.resources.writing, copy, message)
            }
            if let barrier { flushIfFull(behind: barrier) }
        }
    }

    package func flush() throws(IndexError) {
        if isReadOnly { return }
        guard let barrier else { return try flush(database.resources.flushing) }
        try writing.withLock { (_) throws(IndexError) in
            try barrier()
            try flush(database.resources.flushing)
        }
    }

    private func flush(_ options: OpaquePointer) throws(IndexError) {
        try RocksCall.run(database.directory) { message in
            rocksdb_flush(database.handle, options, message)
        }
    }

    /// Has a full write buffer flushed in the background; while `writing`.
    private func flushIfFull(behind barrier: IndexBarrier) {
        var bytes: UInt64 = 0
        _ = rocksdb_property_int(database.handle, "rocksdb.cur-size-active-mem-table", &bytes)
        guard bytes >= UInt64(database.resources.writeBufferBytes) else { return }
        do throws(IndexError) {
            try barrier()
            try flush(database.resources.flushingLater)
        } catch {
            // What was written is there all the same, and the next write tries again.
        }
    }

    package func snapshot() throws(IndexError) -> any IndexReader {
        RocksSnapshot(of: database)
    }

    package func ingest(_ run: borrowing IndexBatch) throws(IndexError) {
        try checkWritable()
        try run.checkSortedRun()
        if run.isEmpty { return }
        let number = writing.withLock { number in
            number += 1
            return number
        }
        let file = try RocksRunFile(number: number, of: run, for: database)
        try writing.withLock { (_) throws(IndexError) in
            try barrier?()
            try flush(database.resources.flushing)
            try file.ingest()
        }
    }

    package func checkpoint(to directory: String) throws(IndexError) {
        try checkWritable()
        if File.exists(directory) { throw .alreadyExists(directory: directory) }
        guard let barrier else { return try copy(to: directory) }
        try writing.withLock { (_) throws(IndexError) in
            try barrier()
            try copy(to: directory)
        }
    }

    private func copy(to directory: String) throws(IndexError) {
        let checkpoint = try RocksCall.run(database.directory) { message in
            rocksdb_checkpoint_object_create(database.handle, message)
        }
        guard let checkpoint else { return }
        defer { rocksdb_checkpoint_object_destroy(checkpoint) }
        try RocksCall.run(directory) { message in
            // Zero: what is not flushed is flushed first, whatever its size.
            rocksdb_checkpoint_create(checkpoint, directory, 0, message)
        }
        try RocksIndexSource.synchronizeParent(of: directory)
    }

    private func checkWritable() throws(IndexError) {
        if isReadOnly { throw .readOnly(directory: database.directory) }
    }
}
