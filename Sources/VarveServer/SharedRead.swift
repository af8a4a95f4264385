// A page that is read from disk once for every live reader that is where it begins.

import VarveLog
import VarveStreams

/// A read of a topic's stream that is under way on the pool, with the readers that wait for it.
///
/// Thread rule: its loop only.
final class SharedRead {
    /// Where the page begins.
    let start: StreamPosition
    /// The most bytes of the page.
    let maxBytes: Int
    @exclusivity(unchecked) private var waiters: [Waiter] = []
    @exclusivity(unchecked) private var subscribers: [Subscriber] = []

    /// A read of up to `maxBytes` bytes from `start` on that nobody waits for yet.
    init(from start: StreamPosition, maxBytes: Int) {
        self.start = start
        self.maxBytes = maxBytes
    }

    /// Adds a long-poll to those that get the page.
    func add(_ waiter: Waiter) { waiters.append(waiter) }

    /// Adds an event stream to those that get the page.
    func add(_ subscriber: Subscriber) { subscribers.append(subscriber) }

    /// Gives what the read brought to everyone who waits for it; event streams share one encoding.
    func end(_ outcome: DiskRead.Outcome) {
        for waiter in waiters { waiter.take(outcome) }
        var batch = SharedBatch()
        let further = subscribers.filter { $0.take(outcome, &batch) }
        batch = SharedBatch()
        for subscriber in further { subscriber.wake(&batch) }
    }
}

extension Topic {
    /// The read of the page at `start` that is under way, or a new one; nil when the pool takes no
    /// more.
    func readFromDisk(
        from start: StreamPosition, maxBytes: Int, _ state: LoopState
    ) -> SharedRead? {
        let known = reads.first { $0.start == start && $0.maxBytes == maxBytes }
        if let known { return known }
        let read = SharedRead(from: start, maxBytes: maxBytes)
        let isQueued = DiskRead.begin(stream, from: .position(start), maxBytes: maxBytes, state) {
            [self] outcome in
            reads.removeAll { $0 === read }
            read.end(outcome)
            state.registry.settle(self)
        }
        guard isQueued else { return nil }
        reads.append(read)
        return read
    }
}
