import Synchronization
import VarveLog

/// The streams in memory from which something has to go, or will have, by the moment when each must
/// be looked at next.
///
/// Each has one entry at most, which moves and goes with it: a stream that leaves memory has its
/// alarm in the catalog. Thread rule: any thread; its lock is a leaf.
final class RetentionIndex: Sendable {
    /// One stream and when to look at it.
    struct Entry: MomentEntry {
        /// In milliseconds since 1970; 0 = at once.
        var moment: UInt64
        /// The stream.
        let stream: StreamID
        /// Its retention, of which only `slot` is used here.
        nonisolated(unsafe) let retention: Retention

        /// Its retention knows the slot, so that it can move and go.
        func note(slot: Int?) { retention.slot = slot }
    }

    private let heap = Mutex(MomentHeap<Entry>())

    /// The moment of the next look; nil without entries.
    var nextMoment: UInt64? { heap.withLock { $0.nextMoment } }

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
            while due.count < limit, let first = heap.takeFirst(dueAt: now) { due.append(first) }
            return due
        }
    }
}
