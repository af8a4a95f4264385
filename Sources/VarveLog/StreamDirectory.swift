import Synchronization

/// The tables of all streams: by name, and in the order of names.
///
/// Thread rule: any thread; the lock is held for moments only and nothing else is taken under it.
//
// @unchecked Sendable: the tables are used under `mutex`.
final class StreamDirectory: @unchecked Sendable {
    private let mutex = Mutex<Void>(())
    @exclusivity(unchecked) private var table: NameTable
    @exclusivity(unchecked) private var index = NameIndex()
    @exclusivity(unchecked) private var forks = ForkTable()
    private let lastDeletionLSN: Atomic<UInt64>

    /// No streams; `seed` makes the table's hash its own.
    init(seed: UInt64) {
        table = NameTable(seed: seed)
        lastDeletionLSN = Atomic(0)
    }

    /// The stream of that name. O(1).
    func find(_ name: UnsafeRawBufferPointer) -> LogStream? {
        mutex.withLock { _ in LogStream.Carried(value: table.find(name)) }.value
    }

    /// The number of streams.
    var count: Int {
        mutex.withLock { _ in table.count }
    }

    /// How many forks of `stream` there are.
    func forkCount(of stream: StreamID) -> Int {
        mutex.withLock { _ in forks.count(of: stream) }
    }

    /// The LSN of the last deletion.
    var lastDeletion: LSN { LSN(lastDeletionLSN.load(ordering: .acquiring)) }

    /// Up to `limit` streams whose names begin with `prefix` and come after `after`, by name.
    func list(
        prefix: UnsafeRawBufferPointer, after: UnsafeRawBufferPointer?, limit: Int
    ) -> [LogStream] {
        mutex.withLock { _ in
            LogStream.Carried(value: index.list(prefix: prefix, after: after, limit: limit))
        }.value
    }

    /// Publishes a complete stream.
    func insert(_ stream: LogStream) {
        mutex.withLock { _ in
            table.insert(stream)
            index.insert(stream)
            forks.insert(stream)
        }
    }

    /// Takes a stream out, deleted by the frame `lsn`.
    func remove(_ stream: LogStream, at lsn: UInt64) {
        // First the LSN: whoever no longer finds the stream must learn when that may be said.
        lastDeletionLSN.max(lsn, ordering: .sequentiallyConsistent)
        mutex.withLock { _ in
            forks.remove(stream)
            if table.remove(stream) { index.remove(stream) }
        }
    }
}
