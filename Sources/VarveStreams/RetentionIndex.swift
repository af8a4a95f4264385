import Synchronization
import VarveLog

/// The streams from which something has to go, or will have, by the moment when each must be looked
/// at next.
///
/// Streams are named, not held: one that nobody uses need not stay in memory for its retention. An
/// entry counts only as long as the stream's `Retention` has its moment; others are left to come
/// up. Thread rule: any thread; its lock is a leaf.
final class RetentionIndex: Sendable {
    /// One stream and when to look at it.
    struct Entry: Sendable {
        /// In milliseconds since 1970; 0 = at once.
        var moment: UInt64
        /// The stream.
        var id: StreamID
        /// Its name.
        var name: [UInt8]
    }

    // The children of entry i are 2i+1 and 2i+2, and not earlier.
    private let heap = Mutex<[Entry]>([])

    /// The moment of the next look; nil without entries.
    var nextMoment: UInt64? { heap.withLock { $0.first?.moment } }

    /// Puts a stream where its next look is due, unless it is there, or earlier, already; under its
    /// lock.
    func schedule(_ stream: Stream, _ logState: borrowing LogStreamState) {
        guard let retention = stream.cell.state.retention, !logState.isRetired else { return }
        let due = retention.nextDue(visibleBytes: logState.visibleBytes)
        guard let due, retention.scheduled.map({ due < $0 }) ?? true else { return }
        schedule(stream, retention, at: due)
    }

    /// Puts a stream where it is looked at at `moment`; under its lock.
    func schedule(_ stream: Stream, _ retention: Retention, at moment: UInt64) {
        retention.scheduled = moment
        add(Entry(moment: moment, id: stream.id, name: Array(stream.name)))
    }

    /// Adds an entry.
    private func add(_ entry: Entry) {
        heap.withLock { heap in
            heap.append(entry)
            var index = heap.count - 1
            while index > 0, heap[index].moment < heap[(index - 1) / 2].moment {
                heap.swapAt(index, (index - 1) / 2)
                index = (index - 1) / 2
            }
        }
    }

    /// Takes up to `limit` entries that are due at `now`, the earliest first.
    func takeDue(at now: UInt64, limit: Int) -> [Entry] {
        heap.withLock { heap in
            var due: [Entry] = []
            while due.count < limit, let first = heap.first, first.moment <= now {
                due.append(first)
                Self.removeFirst(of: &heap)
            }
            return due
        }
    }

    private static func removeFirst(of heap: inout [Entry]) {
        let last = heap.removeLast()
        if heap.isEmpty { return }
        heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child].moment < heap[least].moment {
                least = child
            }
            if least == index { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
