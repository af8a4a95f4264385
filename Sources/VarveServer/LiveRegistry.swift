// The live readers of one event loop, and what wakes them.
//
// A watched stream that changes leaves one note in the loop's inbox and is not watched any more.
// When the change is durable, the loop watches the stream again, reads it once and serves all its
// readers. Watching comes before reading, so a change between two looks is never missed.

import VarveLog
import VarveNetwork
import VarveStreams

/// The live readers of one event loop.
///
/// Thread rule: its loop only.
final class LiveRegistry {
    private let engine: StreamEngine
    private let inbox: ChangeInbox
    private let listener: Int
    @exclusivity(unchecked) private var topics: [Stream: Topic] = [:]
    /// Topics whose `awaited` change is not durable yet.
    @exclusivity(unchecked) private var unripe: [Topic] = []

    /// A registry without readers.
    init(engine: StreamEngine, loop: EventLoop) {
        self.engine = engine
        inbox = ChangeInbox(log: engine.log, loop: loop)
        listener = engine.addListener(inbox)
    }

    /// The topic of `stream`, watched from now on: a reader that reads afterwards and finds nothing
    /// is woken by whatever comes later. An empty topic is to be given back with `settle`.
    func follow(_ stream: Stream) -> Topic {
        let topic: Topic
        if let known = topics[stream] {
            topic = known
        } else {
            topic = Topic(stream)
            topics[stream] = topic
            engine.holdLive(stream)
        }
        watch(topic)
        return topic
    }

    /// Forgets `topic` if nobody is left on it.
    func settle(_ topic: Topic) {
        guard topic.isEmpty, topics[topic.stream] === topic else { return }
        topics[topic.stream] = nil
        topic.awaited = nil
        engine.unwatch(topic.stream, listener: listener)
        engine.releaseLive(topic.stream)
    }

    /// Serves the readers of all streams whose changes have become durable; once per turn.
    func turn() {
        for note in inbox.take() {
            if let topic = topics[note.stream] { expect(note.lsn, topic) }
        }
        guard !unripe.isEmpty else { return }
        let durable = engine.log.durable
        let ripe = unripe.partition { ($0.awaited ?? .none) <= durable }
        let ready = Array(unripe[ripe...])
        unripe.removeSubrange(ripe...)
        for topic in ready where topic.awaited != nil {
            topic.awaited = nil
            serve(topic)
        }
    }

    /// Runs `body` for every open event stream, which may end it.
    func forEachSubscriber(_ body: (Subscriber) -> Void) {
        for topic in Array(topics.values) {
            for subscriber in Array(topic.subscribers) { body(subscriber) }
            settle(topic)
        }
    }

    private func serve(_ topic: Topic) {
        watch(topic)
        if !topic.waiters.isEmpty {
            var page = SharedPage()
            for waiter in topic.takeWaiters() { waiter.wake(&page) }
        }
        if !topic.subscribers.isEmpty {
            var batch = SharedBatch()
            for subscriber in Array(topic.subscribers) { subscriber.wake(&batch) }
        }
        settle(topic)
    }

    /// Asks for the next change, and waits for one that was made already and is not durable yet.
    private func watch(_ topic: Topic) {
        // A stream that is gone does not change any more; reading it says so.
        guard let last = engine.watch(topic.stream, listener: listener) else { return }
        if last > engine.log.durable { expect(last, topic) }
    }

    /// Serves `topic` once `lsn` is durable, or what it waits for already.
    func expect(_ lsn: LSN, _ topic: Topic) {
        if let awaited = topic.awaited {
            // The earlier change is served first; watching again finds the later one.
            topic.awaited = min(awaited, lsn)
        } else {
            topic.awaited = lsn
            unripe.append(topic)
        }
    }
}
