import Synchronization
import VarveLog

/// The streams in memory from which something has to go, or will have, by the moment when each must
/// be looked at next.
///
/// Each has one entry at most, which moves and goes with it: a stream that leaves memory has its
/// alarm in the catalog. Thread rule: any thread; its lock is a leaf.
final class RetentionIndex: Sendable {
    /// One stream and when to look at it.
    struct Entry: Sendable {
        /// In milliseconds since 1970; 0 = at once.
        var moment: UInt64
        /// The stream.
        let stream: StreamID
        /// Its retention, of which only `slot` is used here.
        nonisolated(unsafe) let retention: Retention
    }

    private let heap = Mutex(Heap())

    /// The moment of the next look; nil without entries.
    var nextMoment: UInt64? { heap.withLock { $0.entries.first?.moment } }

    /// Puts a stream where its next look is due, unless it is there, or earlier, already; under its
    /// lock.
    func schedule(_ stream: Stream, _ logState: borrowing LogStreamState) {
        guard let retention = stream.cell.state.retention, !logState.isRetired,
            let due = retention.nextDue(visibleBytes: logState.visibleBytes)
        else { return }
        schedule(stream, retention, at: due)
    }

    /// Puts a stream where it is looked at at `moment`, or earlier if it is there already.
    func schedule(_ stream: Stream, _ retention: Retention, at moment: UInt64) {
        let entry = Entry(moment: moment, stream: stream.id, retention: retention)
        heap.withLock { heap in
            if let slot = retention.slot {
                heap.advance(slot, to: moment)
            } else {
                heap.push(entry)
            }
        }
    }

    /// A stream was deleted, or leaves memory.
    func remove(_ retention: Retention) {
        heap.withLock { heap in
            if let slot = retention.slot { heap.remove(slot) }
        }
    }

    /// Takes up to `limit` entries that are due at `now`, the earliest first.
    func takeDue(at now: UInt64, limit: Int) -> [Entry] {
        heap.withLock { heap in
            var due: [Entry] = []
            while due.count < limit, let first = heap.entries.first, first.moment <= now {
                due.append(first)
                heap.remove(0)
            }
            return due
        }
    }
}

extension RetentionIndex {
    /// The entries; each retention knows its slot. The children of slot i are 2i+1 and 2i+2, and
    /// not earlier.
    private struct Heap: Sendable {
        private(set) var entries: [Entry] = []

        mutating func push(_ entry: Entry) {
            entries.append(entry)
            entry.retention.slot = entries.count - 1
            rise(entries.count - 1)
        }

        /// Moves an entry to an earlier moment; a later one changes nothing.
        mutating func advance(_ slot: Int, to moment: UInt64) {
            guard moment < entries[slot].moment else { return }
            entries[slot].moment = moment
            rise(slot)
        }

        mutating func remove(_ slot: Int) {
            entries[slot].retention.slot = nil
            let last = entries.removeLast()
            guard slot < entries.count else { return }
            put(last, slot)
            rise(slot)
            sink(slot)
        }

        private mutating func put(_ entry: Entry, _ slot: Int) {
            entries[slot] = entry
            entry.retention.slot = slot
        }

        private mutating func rise(_ start: Int) {
            var slot = start
            while slot > 0, entries[slot].moment < entries[(slot - 1) / 2].moment {
                swap(slot, (slot - 1) / 2)
                slot = (slot - 1) / 2
            }
        }

        private mutating func sink(_ start: Int) {
            var slot = start
            while true {
                var least = slot
                for child in [2 * slot + 1, 2 * slot + 2]
                where child < entries.count && entries[child].moment < entries[least].moment {
                    least = child
                }
                if least == slot { return }
                swap(slot, least)
                slot = least
            }
        }

        private mutating func swap(_ left: Int, _ right: Int) {
            let entry = entries[left]
            put(entries[right], left)
            put(entry, right)
        }
    }
}
