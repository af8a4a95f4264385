// One open subscription: where its client is, and how it goes on.

import VarveConnect
import VarveNetwork
import VarveStore

/// A client that follows the store.
///
/// Nothing is kept for it but its place, and what the connection has taken already: frames are made
/// when there is room for them, and again when there was not after all. Thread rule: its loop only;
/// the subscription is used by the pool, one step at a time.
final class SubscriptionStream: ExchangeOwner, TimerOwner {
    /// What the stream waits for.
    private enum State {
        /// The pool, which looks at the next batches.
        case looking
        /// Batches to come.
        case idle
        /// Room in the connection for so many bytes of frames, which are to be made.
        case blocked(Int)
        /// Room for the envelope that ends it.
        case ending(StreamEnd)
        /// Nothing: it has ended.
        case ended
    }

    private let subscription: StoreSubscription
    private let context: StoreWork.Context
    private let responder: Responder
    @exclusivity(unchecked) private var state = State.idle
    /// The last batch that was looked at and whose frames, if any, are sent; nil at first.
    @exclusivity(unchecked) private var seen: UInt64?
    @exclusivity(unchecked) private var wroteAt: UInt64
    @exclusivity(unchecked) private var deadline: TimerToken?

    private init(
        _ subscription: StoreSubscription, _ context: StoreWork.Context, _ responder: Responder
    ) {
        self.subscription = subscription
        self.context = context
        self.responder = responder
        wroteAt = responder.loop.nowMilliseconds
    }

    /// Opens the answer to a subscription and sends what there is.
    static func begin(
        _ subscription: StoreSubscription, _ context: StoreWork.Context, _ responder: Responder
    ) {
        guard let followers = responder.state.followers, responder.core.admitSubscriber() else {
            return responder.refuse(.busy)
        }
        let stream = SubscriptionStream(subscription, context, responder)
        let isOpen = responder.startStream(owner: stream) { writer in
            StoreAnswer.stream([], context.call).writeHeaders(to: writer)
        }
        guard isOpen else {
            responder.core.releaseSubscriber()
            return responder.refuse(.busy)
        }
        responder.metrics.storeSubscribers.add()
        followers.add(stream)
        if let end = context.call.deadline {
            let now = responder.loop.nowMilliseconds
            stream.deadline = responder.loop.schedule(
                afterMilliseconds: end > now ? end - now : 0, stream)
        }
        stream.look()
    }

    /// Readers see more batches.
    func wake() {
        guard case .idle = state else { return }
        look()
    }

    /// Tells a client that asked for it how far the log was looked at in a long silence.
    func tick(now: UInt64, interval: UInt64) {
        guard context.call.wantsHeartbeat, now >= wroteAt + interval, let seen else { return }
        switch state {
        case .blocked, .ending, .ended: return
        case .looking, .idle: break
        }
        // Who waits for a batch to come has looked at none of those before it.
        let sequence = min(seen, context.store.appliedSequence)
        let frame = BatchResponse(sequence: sequence, entries: [])
        guard let bytes = try? context.encode(frame, room: Envelope.headBytes) else { return }
        wroteAt = now
        _ = write(StoreAnswer.envelope(bytes, context.call))
    }

    /// There is room in the connection again.
    func writable() {
        switch state {
        case .blocked(let count): look(room: count)
        case .ending(let end): close(with: end)
        case .looking, .idle, .ended: return
        }
    }

    /// The client has left.
    func gone() { leave() }

    /// The server stops.
    func finish() { end(.shuttingDown(context.call.method)) }

    /// The call's time is over.
    func timerFired() {
        deadline = nil
        end(.deadlineExceeded)
    }

    /// Has the pool look at the next batches, once there is room for so many bytes of frames.
    private func look(room: Int = SubscriptionSteps.frameBytesMin) {
        guard responder.exchange.hasRoom(for: room) else {
            state = .blocked(room)
            return
        }
        state = .looking
        let (subscription, context) = (subscription, context)
        let isQueued = responder.core.storePool.submit(for: responder.loop) {
            SubscriptionSteps(subscription, context)
        } then: {
            self.taken($0)
        }
        if !isQueued { end(.shuttingDown(context.call.method)) }
    }

    private func taken(_ steps: SubscriptionSteps) {
        guard case .looking = state else { return }
        take(steps)
    }

    /// Sends what was found, and goes on when it is sent.
    private func take(_ steps: SubscriptionSteps) {
        if steps.count > 0 {
            guard write(steps.bytes) else {
                // The frames would be kept as long as the client likes: they are made again.
                subscription.goBack(to: steps.first)
                return look(room: steps.bytes.count)
            }
            wroteAt = responder.loop.nowMilliseconds
            responder.metrics.storeDeliveries.add(UInt64(steps.count))
        }
        seen = steps.seen
        switch steps.pause {
        case .failed(let error): end(error)
        case .more: look()
        case .caughtUp:
            state = .idle
            // What came between the look and now has woken nobody.
            if context.store.appliedSequence > steps.seen { look() }
        }
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        responder.exchange.writeStream(bytes.withUnsafeBytes { SharedBytes(copying: $0) })
    }

    /// Ends the stream as soon as there is room to say so; nothing is read for it any more.
    private func end(_ error: ConnectError) {
        switch state {
        case .ended: return
        case .ending:
            // The server stops before there was room.
            state = .ended
            responder.exchange.endStream()
        case .looking, .idle, .blocked:
            leave()
            close(with: StreamEnd(error))
        }
    }

    private func close(with end: StreamEnd) {
        state = end.send(over: responder.exchange) ? .ended : .ending(end)
    }

    /// Gives up its place among those that follow, once.
    private func leave() {
        switch state {
        case .ended: return
        case .ending:
            state = .ended
            return
        case .looking, .idle, .blocked: state = .ended
        }
        if let deadline { responder.loop.cancel(deadline) }
        deadline = nil
        responder.state.followers?.remove(self)
        responder.metrics.storeSubscribers.subtract()
        responder.core.releaseSubscriber()
    }
}
