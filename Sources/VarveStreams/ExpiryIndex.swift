import Synchronization

/// The streams with a limited lifetime, by the moment when each must be looked at next.
///
/// A renewal does not move a stream: its entry is found due, and put back with the moment that is
/// right by then. Every stream has one entry; those of deleted streams go when they are due, or
/// when they are half of all. Thread rule: any thread; its lock is a leaf.
final class ExpiryIndex: Sendable {
    /// One stream and when to look at it.
    struct Entry: Sendable {
        /// In milliseconds since 1970.
        var visit: UInt64
        /// The stream.
        var stream: Stream
        /// Its expiry, of which only `isGone` is read here.
        nonisolated(unsafe) var expiry: Expiry

        /// The same stream at another moment.
        func visiting(_ moment: UInt64) -> Entry {
            Entry(visit: moment, stream: stream, expiry: expiry)
        }
    }

    fileprivate struct Heap: Sendable {
        /// The children of entry i are 2i+1 and 2i+2, and not earlier.
        var entries: [Entry] = []
        var staleCount = 0
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
                if first.expiry.isGone.load(ordering: .relaxed) {
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
        heap.withLock { heap in
            heap.staleCount += 1
            if heap.staleCount > 64, heap.staleCount * 2 > heap.entries.count { heap.rebuild() }
        }
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

    /// Drops the stale entries. Linear.
    fileprivate mutating func rebuild() {
        entries.removeAll { $0.expiry.isGone.load(ordering: .relaxed) }
        entries.sort { $0.visit < $1.visit }
        staleCount = 0
    }
}
