import Synchronization

/// The streams that are in memory: by name, by id, and in the order of names; and what must be
/// known of those that are not.
///
/// A stream is resident from its creation or loading until it is deleted or evicted, and while it
/// is resident there is one object for it. Only a resident stream ever changes: of one that is not,
/// the catalog has everything, unless its deletion is not settled yet; those are hidden. Thread
/// rule: any thread; the lock is held for moments only, and no other but an idle stream's own is
/// taken under it.
//
// @unchecked Sendable: the tables are used under `mutex`.
final class StreamDirectory: @unchecked Sendable {
    private let mutex = Mutex<Void>(())
    @exclusivity(unchecked) private var table: NameTable
    @exclusivity(unchecked) private var ids = StreamTable()
    @exclusivity(unchecked) private var index = NameIndex()
    @exclusivity(unchecked) private var forks = ForkTable()
    /// The streams whose deletion is not settled, with its LSN.
    @exclusivity(unchecked) private var hidden: [StreamID: UInt64] = [:]
    /// Everything up to here is in the catalog.
    @exclusivity(unchecked) private var settledLSN: UInt64 = 0
    /// How often what loads have read from the catalog became old: runs got other places, or
    /// deletions were settled.
    @exclusivity(unchecked) private var reloads: UInt64 = 0
    private let total = Atomic<Int>(0)
    private let evicted = Atomic<UInt64>(0)
    private let loaded = Atomic<UInt64>(0)
    private let lastDeletionLSN: Atomic<UInt64>

    /// No streams; `seed` makes the table's hash its own.
    init(seed: UInt64) {
        table = NameTable(seed: seed)
        lastDeletionLSN = Atomic(0)
    }

    // MARK: Finding

    /// The stream of that name, if it is resident. O(1).
    func find(_ name: UnsafeRawBufferPointer) -> LogStream? {
        mutex.withLock { _ in
            let stream = table.find(name)
            stream?.wasUsed = true
            stream?.prefetchAttachment()
            return LogStream.Carried(value: stream)
        }.value
    }

    /// The stream of that id, if it is resident. O(1).
    func find(_ id: StreamID) -> LogStream? {
        mutex.withLock { _ in LogStream.Carried(value: ids.find(id)) }.value
    }

    /// True when the stream was deleted, though the catalog may have it still.
    func isHidden(_ id: StreamID) -> Bool {
        mutex.withLock { _ in hidden[id] != nil }
    }

    /// Up to `limit` resident streams whose names begin with `prefix` and come after `after`, by
    /// name.
    func list(
        prefix: UnsafeRawBufferPointer, after: UnsafeRawBufferPointer?, limit: Int
    ) -> [LogStream] {
        mutex.withLock { _ in
            LogStream.Carried(value: index.list(prefix: prefix, after: after, limit: limit))
        }.value
    }

    /// How many forks of a resident stream there are, resident or not.
    func forkCount(of stream: StreamID) -> Int {
        mutex.withLock { _ in forks.count(of: stream) }
    }

    // MARK: Counting

    /// The number of streams, resident or not.
    var count: Int { total.load(ordering: .relaxed) }

    /// The number of resident streams.
    var residentCount: Int { mutex.withLock { _ in table.count } }

    /// How many streams were loaded so far.
    var loads: UInt64 { loaded.load(ordering: .relaxed) }

    /// How many streams were evicted so far: whoever found a name absent and finds this unchanged
    /// knows that the name is still absent if no resident stream has it.
    var evictions: UInt64 { evicted.load(ordering: .sequentiallyConsistent) }

    /// The LSN of the last deletion.
    var lastDeletion: LSN { LSN(lastDeletionLSN.load(ordering: .acquiring)) }

    /// Counts the streams of the catalog that is opened.
    func adopt(settledStreams count: UInt64, through lsn: UInt64) {
        total.add(Int(clamping: count), ordering: .relaxed)
        mutex.withLock { _ in settledLSN = lsn }
    }

    // MARK: Changing

    /// Publishes a complete new stream.
    func insert(_ stream: LogStream) {
        mutex.withLock { _ in
            publish(stream)
            forks.insert(stream)
        }
        if !stream.isReserved { total.add(1, ordering: .relaxed) }
    }

    /// Takes a stream out, deleted by the frame `lsn`.
    func remove(_ stream: LogStream, at lsn: UInt64) {
        // First the LSN: whoever no longer finds the stream must learn when that may be said.
        lastDeletionLSN.max(lsn, ordering: .sequentiallyConsistent)
        if !stream.isReserved { total.subtract(1, ordering: .relaxed) }
        mutex.withLock { _ in
            hidden[stream.id] = lsn
            forks.remove(stream)
            unpublish(stream)
            _ = table.remove(stream)
        }
    }

    private func publish(_ stream: LogStream) {
        table.insert(stream)
        ids.insert(stream)
        index.insert(stream)
    }

    /// Takes a stream out of what does not hold it; the table, which does, is left to the caller.
    private func unpublish(_ stream: LogStream) {
        index.remove(stream)
        ids.remove(stream)
    }

    // MARK: Loading and evicting

    /// To be taken before a stream is read from the catalog, and given to `insert` with it.
    var loadTicket: UInt64 { mutex.withLock { _ in reloads } }

    /// Publishes a stream that was loaded, with the ids of its forks as the catalog has them.
    ///
    /// False, and nothing happened, when runs were moved or deletions settled since `ticket`: it
    /// must be read again.
    func insert(loaded stream: LogStream, forks edges: [StreamID], ticket: UInt64) -> Bool {
        mutex.withLock { _ in
            guard ticket == reloads else { return false }
            publish(stream)
            forks.adopt(edges.filter { hidden[$0] == nil }, of: stream.id)
            stream.wasUsed = true
            loaded.add(1, ordering: .relaxed)
            return true
        }
    }

    /// The catalog has other places for runs than before, of streams that need not be resident.
    ///
    /// To be called after the catalog took them and before the resident streams are told: a stream
    /// that is being loaded meanwhile is read again, or is resident when they are.
    func noteMovedRuns() {
        mutex.withLock { _ in reloads += 1 }
    }

    /// Everything up to `lsn` is in the catalog, and the resident streams know where.
    func settled(through lsn: UInt64) {
        mutex.withLock { _ in
            settledLSN = lsn
            guard !hidden.isEmpty else { return }
            hidden = hidden.filter { $0.value > lsn }
            // What a load has read may name forks of which nobody knows any more that they went.
            reloads += 1
        }
    }

    /// Looks at up to `slots` places of the table where the last call ended, and evicts the idle
    /// streams found there, at most `limit`; how many places there are in all.
    ///
    /// A stream is idle when the directory alone holds it, all of it is settled, nobody asked for
    /// it since the last look, and `mayEvict` agrees, which is called for no other. Whoever has a
    /// stream's object thus keeps it resident: an operation, a live reader, a fork.
    func evict(
        atMost limit: Int, lookingAt slots: Int, _ mayEvict: (LogStream) -> Bool
    ) -> (evicted: Int, slots: Int) {
        // They go when the lock has been given back.
        let (gone, slots) = mutex.withLock { _ in
            let gone = table.takeIdle(atMost: limit, lookingAt: slots) { stream in
                let isSettled = stream.withLock { $0.lastLSN.rawValue <= settledLSN }
                guard isSettled, mayEvict(stream) else { return false }
                forks.forget(stream.id)
                unpublish(stream)
                return true
            }
            evicted.add(UInt64(gone.count), ordering: .sequentiallyConsistent)
            return LogStream.Carried(value: (gone, table.capacity))
        }.value
        return (gone.count, slots)
    }
}
