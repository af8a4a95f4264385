import Synchronization
import VarveLog

/// The streams with a limited lifetime, by the moment when each must be looked at next; and those
/// not in memory that must be looked at for another reason.
///
/// A stream in memory that ends by itself has one entry with its expiry. A renewal does not move
/// it: the entry is found due, and put back with the moment that is right by then; entries of
/// streams that were deleted or left memory go when they are due, or when they are half of all. A
/// stream that is not in memory has its alarm in the catalog; when alarms come due they become
/// entries without an expiry. Thread rule: any thread; its lock is a leaf.
final class ExpiryIndex: Sendable {
    /// One stream and when to look at it.
    struct Entry: Sendable {
        /// In milliseconds since 1970.
        var visit: UInt64
        /// The stream.
        var stream: StreamID
        /// Its expiry, of which only `isGone` is read here; nil for a stream that must be loaded.
        nonisolated(unsafe) var expiry: Expiry?

        /// The same stream at another moment.
        func visiting(_ moment: UInt64) -> Entry {
            Entry(visit: moment, stream: stream, expiry: expiry)
        }
    }

    fileprivate struct Heap: Sendable {
        /// The children of entry i are 2i+1 and 2i+2, and not earlier.
        var entries: [Entry] = []
        var staleCount = 0
        /// Up to here the catalog's alarms have been made entries.
        var read = StreamAlarm.first
        /// Up to here they will have been; a stream that leaves memory with an alarm before it gets
        /// an entry at once.
        var claimed = StreamAlarm.first
    }

    private let heap = Mutex(Heap())

    /// The moment of the next visit; nil without entries.
    var nextVisit: UInt64? { heap.withLock { $0.entries.first?.visit } }

    /// How many entries there are, stale ones included.
    var count: Int { heap.withLock { $0.entries.count } }

    /// Adds an entry.
    func add(_ entry: Entry) {
        heap.withLock { $0.push(entry) }
    }

    /// Takes up to `limit` entries that are due at `now`, the earliest first.
    func takeDue(at now: UInt64, limit: Int) -> [Entry] {
        heap.withLock { heap in
            var due: [Entry] = []
            while due.count < limit, let first = heap.entries.first, first.visit <= now {
                heap.removeFirst()
                if first.expiry?.isGone.load(ordering: .relaxed) ?? false {
                    heap.staleCount = max(0, heap.staleCount - 1)
                } else {
                    due.append(first)
                }
            }
            return due
        }
    }

    /// A stream with an entry was deleted; `expiry.isGone` says so already.
    func noteGone() {
        heap.withLock { $0.noteStale() }
    }

    /// A stream leaves memory with the alarm that the catalog has for it; without an expiry it had
    /// no entry.
    func release(_ expiry: Expiry?, _ alarm: StreamAlarm) {
        heap.withLock { heap in
            if let expiry {
                expiry.isGone.store(true, ordering: .relaxed)
                heap.noteStale()
            }
            // Nobody looks for that alarm in the catalog again.
            if alarm <= heap.claimed {
                heap.push(Entry(visit: alarm.milliseconds, stream: alarm.stream))
            }
        }
    }

    /// The alarms that are to be read from the catalog now: behind the first, up to the second. All
    /// up to the moment `now`, unless earlier ones are not read yet.
    func claim(through now: UInt64) -> (after: StreamAlarm, through: StreamAlarm) {
        heap.withLock { heap in
            if heap.read == heap.claimed {
                heap.claimed = max(
                    heap.claimed,
                    StreamAlarm(milliseconds: now, stream: StreamID(rawValue: .max)))
            }
            return (heap.read, heap.claimed)
        }
    }

    /// The alarms up to that one have become entries.
    func noteRead(through alarm: StreamAlarm) {
        heap.withLock { $0.read = alarm }
    }
}

extension ExpiryIndex.Heap {
    fileprivate mutating func push(_ entry: ExpiryIndex.Entry) {
        entries.append(entry)
        var index = entries.count - 1
        while index > 0, entries[index].visit < entries[(index - 1) / 2].visit {
            entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    fileprivate mutating func removeFirst() {
        let last = entries.removeLast()
        if entries.isEmpty { return }
        entries[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < entries.count && entries[child].visit < entries[least].visit {
                least = child
            }
            if least == index { return }
            entries.swapAt(index, least)
            index = least
        }
    }

    /// One more entry is stale. Drops all of them when they are half; linear then.
    fileprivate mutating func noteStale() {
        staleCount += 1
        guard staleCount > 64, staleCount * 2 > entries.count else { return }
        entries.removeAll { $0.expiry?.isGone.load(ordering: .relaxed) ?? false }
        entries.sort { $0.visit < $1.visit }
        staleCount = 0
    }
}
