// A stream that readers of one event loop follow: the long-polls that wait on it and the event
// streams that are open on it.

import VarveLog
import VarveStreams

/// The live readers of one stream on one event loop.
///
/// Thread rule: its loop only.
final class Topic {
    /// The stream.
    let stream: Stream
    /// Long-polls that wait.
    @exclusivity(unchecked) var waiters: [Waiter] = []
    /// Event streams that are open.
    @exclusivity(unchecked) var subscribers: [Subscriber] = []
    /// Pages of the stream that are being read from disk for its readers.
    @exclusivity(unchecked) var reads: [SharedRead] = []
    /// The change that the topic waits to see durable; nil when it waits for none.
    @exclusivity(unchecked) var awaited: LSN?

    /// A topic without readers.
    init(_ stream: Stream) {
        self.stream = stream
    }

    /// Whether nobody is left.
    var isEmpty: Bool { waiters.isEmpty && subscribers.isEmpty }

    /// Adds a long-poll.
    func add(_ waiter: Waiter) {
        waiter.place = waiters.count
        waiters.append(waiter)
    }

    /// Removes a long-poll that is in the topic.
    func remove(_ waiter: Waiter) {
        let last = waiters.removeLast()
        if last !== waiter {
            last.place = waiter.place
            waiters[waiter.place] = last
        }
    }

    /// Takes all long-polls out.
    func takeWaiters() -> [Waiter] {
        defer { waiters = [] }
        return waiters
    }

    /// Adds an event stream.
    func add(_ subscriber: Subscriber) {
        subscriber.place = subscribers.count
        subscribers.append(subscriber)
    }

    /// Removes an event stream that is in the topic.
    func remove(_ subscriber: Subscriber) {
        let last = subscribers.removeLast()
        if last !== subscriber {
            last.place = subscriber.place
            subscribers[subscriber.place] = last
        }
    }
}
