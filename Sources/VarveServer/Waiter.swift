// A long-poll that waits at the tail of its stream.

import VarveLog
import VarveNetwork
import VarveStreams

/// A page that several waiters at the same position share during one wake-up.
struct SharedPage {
    /// The last page read; nil before the first.
    var page: (info: PageInfo, bytes: PageBytes)?
}

/// One parked long-poll.
///
/// Thread rule: its loop only.
final class Waiter: ExchangeOwner, TimerOwner {
    /// What the long-poll waits for.
    private enum State {
        /// A change of the stream.
        case live
        /// A read from disk, which ends soon whatever happens.
        case reading
        /// Nothing: it is answered, or its client has left.
        case ended
    }

    /// Where in its topic it is.
    @exclusivity(unchecked) var place = 0
    private let responder: Responder
    private let topic: Topic
    private let position: StreamPosition
    private let cursor: UInt64?
    @exclusivity(unchecked) private var timer: TimerToken?
    @exclusivity(unchecked) private var state = State.live

    /// A long-poll on `topic` at `position`; `cursor` is the client's.
    init(_ responder: Responder, _ topic: Topic, at position: StreamPosition, cursor: UInt64?) {
        self.responder = responder
        self.topic = topic
        self.position = position
        self.cursor = cursor
    }

    /// Parks the exchange, and answers at once if there is something after all. The topic is
    /// followed already; the waiter has been admitted.
    func begin() {
        responder.metrics.waiters.add()
        guard responder.exchange.park(owner: self) else {
            leave()
            return responder.refuse(.busy)
        }
        timer = responder.loop.schedule(
            afterMilliseconds: responder.core.configuration.longPollTimeoutMilliseconds, self)
        var page = SharedPage()
        wake(&page)
    }

    /// The stream may have changed; the waiter is out of its topic and goes back when there is
    /// nothing yet.
    func wake(_ shared: inout SharedPage) {
        answer(&shared, evenEmpty: false)
    }

    /// The client has left.
    func gone() {
        if case .live = state { topic.remove(self) }
        leave()
        responder.state.registry.settle(topic)
    }

    /// The server stops.
    func finish() { expire() }

    /// The time is over.
    func timerFired() {
        timer = nil
        expire()
    }

    /// The page that the long-poll waited for has been read from disk, or could not be.
    func take(_ outcome: DiskRead.Outcome) {
        guard case .reading = state else { return }
        leave()
        switch outcome {
        case .success((let info, let bytes)):
            LongPoll.send(info, .owned(bytes), cursor: cursor, responder)
        case .failure(let refusal): responder.refuse(Refusal(refusal))
        }
    }

    private func expire() {
        guard case .live = state else { return }
        topic.remove(self)
        var page = SharedPage()
        answer(&page, evenEmpty: true)
        responder.state.registry.settle(topic)
    }

    private func answer(_ shared: inout SharedPage, evenEmpty: Bool) {
        do throws(StreamRefusal) {
            if shared.page?.info.start != position {
                shared.page = try LongPoll.read(topic.stream, from: .position(position), responder)
            }
            guard let (info, bytes) = shared.page else { return readFromDisk() }
            guard info.hasNews || evenEmpty else { return topic.add(self) }
            leave()
            LongPoll.send(info, bytes, cursor: cursor, responder)
        } catch {
            leave()
            responder.refuse(Refusal(error))
        }
    }

    /// Has the page read by the pool: it has left memory since it was written.
    private func readFromDisk() {
        let read = topic.readFromDisk(
            from: position, maxBytes: responder.core.configuration.pageBytes, responder.state)
        guard let read else {
            leave()
            return responder.refuse(.busy)
        }
        state = .reading
        cancelTimer()
        read.add(self)
    }

    private func cancelTimer() {
        if let timer { responder.loop.cancel(timer) }
        timer = nil
    }

    private func leave() {
        state = .ended
        cancelTimer()
        responder.metrics.waiters.subtract()
        responder.core.releaseWaiter()
    }
}
