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
    struct Entry: MomentEntry {
        /// In milliseconds since 1970.
        var moment: UInt64
        /// The stream.
        var stream: StreamID
        /// Its expiry, of which only `isGone` is read here; nil for a stream that must be loaded.
        nonisolated(unsafe) var expiry: Expiry?

        /// Whether its stream was deleted or left memory.
        var isStale: Bool { expiry?.isGone.load(ordering: .relaxed) ?? false }

        /// The same stream at another moment.
        func visiting(_ moment: UInt64) -> Entry {
            Entry(moment: moment, stream: stream, expiry: expiry)
        }
    }

    private struct State: Sendable {
        var heap = MomentHeap<Entry>()
        var staleCount = 0
        /// Up to here the catalog's alarms have been made entries.
        var read = StreamAlarm.first
        /// Up to here they will have been; a stream that leaves memory with an alarm before it gets
        /// an entry at once.
        var claimed = StreamAlarm.first

        /// One more entry is stale. Drops all of them when they are half; linear then.
        mutating func noteStale() {
            staleCount += 1
            guard staleCount > 64, staleCount * 2 > heap.count else { return }
            heap.removeAll { $0.isStale }
            staleCount = 0
        }
    }

    private let state = Mutex(State())

    /// The moment of the next visit; nil without entries.
    var nextVisit: UInt64? { state.withLock { $0.heap.nextMoment } }

    /// How many entries there are, stale ones included.
    var count: Int { state.withLock { $0.heap.count } }

    /// Adds an entry.
    func add(_ entry: Entry) {
        state.withLock { $0.heap.push(entry) }
    }

    /// Takes up to `limit` entries that are due at `now`, the earliest first.
    func takeDue(at now: UInt64, limit: Int) -> [Entry] {
        state.withLock { state in
            var due: [Entry] = []
            while due.count < limit, let first = state.heap.takeFirst(dueAt: now) {
                if first.isStale {
                    state.staleCount = max(0, state.staleCount - 1)
                } else {
                    due.append(first)
                }
            }
            return due
        }
    }

    /// A stream with an entry was deleted; `expiry.isGone` says so already.
    func noteGone() {
        state.withLock { $0.noteStale() }
    }

    /// A stream leaves memory with the alarm that the catalog has for it; without an expiry it had
    /// no entry.
    func release(_ expiry: Expiry?, _ alarm: StreamAlarm) {
        state.withLock { state in
            if let expiry {
                expiry.isGone.store(true, ordering: .relaxed)
                state.noteStale()
            }
            // Nobody looks for that alarm in the catalog again.
            if alarm <= state.claimed {
                state.heap.push(Entry(moment: alarm.milliseconds, stream: alarm.stream))
            }
        }
    }

    /// The alarms that are to be read from the catalog now: behind the first, up to the second. All
    /// up to the moment `now`, unless earlier ones are not read yet.
    func claim(through now: UInt64) -> (after: StreamAlarm, through: StreamAlarm) {
        state.withLock { state in
            if state.read == state.claimed {
                state.claimed = max(
                    state.claimed,
                    StreamAlarm(milliseconds: now, stream: StreamID(rawValue: .max)))
            }
            return (state.read, state.claimed)
        }
    }

    /// The alarms up to that one have become entries.
    func noteRead(through alarm: StreamAlarm) {
        state.withLock { $0.read = alarm }
    }
}
