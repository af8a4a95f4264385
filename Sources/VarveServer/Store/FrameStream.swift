// A stream of frames on its way to a client: one frame is made when the one before has found room
// in the connection.

import VarveConnect
import VarveNetwork
import VarvePlatform
import VarveStore

/// One open answer in frames.
///
/// An answer of one frame leaves as a whole. Thread rule: its loop only; the source is used by the
/// pool, one frame at a time.
final class FrameStream: ExchangeOwner, TimerOwner {
    /// What the stream waits for.
    private enum State {
        /// A frame from the pool.
        case making
        /// Room in the connection for a frame that is there.
        case blocked(Frame)
        /// Room for the envelope that ends it.
        case ending(StreamEnd)
        /// Nothing: it has ended.
        case ended
    }

    /// What the pool hands to the loop.
    private struct Made {
        var source: (any FrameSource)?
        let frame: Result<Frame, ConnectError>
    }

    private let context: StoreWork.Context
    private let responder: Responder
    @exclusivity(unchecked) private var source: (any FrameSource)?
    @exclusivity(unchecked) private var state = State.making
    @exclusivity(unchecked) private var stall: TimerToken?

    private init(
        _ context: StoreWork.Context, _ responder: Responder, _ source: (any FrameSource)?
    ) {
        self.context = context
        self.responder = responder
        self.source = source
    }

    /// Answers a call in frames; `open` is called by the pool, and what it throws ends the stream.
    static func begin(
        _ context: StoreWork.Context, _ responder: Responder,
        _ open: @escaping @Sendable (StoreWork.Context) throws(ConnectError) -> any FrameSource
    ) {
        PoolWork.begin(on: responder.core.storePool, responder) { () -> Made in
            do throws(ConnectError) {
                try context.checkDeadline()
                let source = try open(context)
                return make(source, context)
            } catch {
                return Made(source: nil, frame: .failure(error))
            }
        } answer: { made in
            first(made, context, responder)
        }
    }

    private static func make(_ source: any FrameSource, _ context: StoreWork.Context) -> Made {
        do throws(ConnectError) {
            try context.checkDeadline()
            return Made(source: source, frame: .success(try source.next()))
        } catch {
            return Made(source: nil, frame: .failure(error))
        }
    }

    /// The first frame is there: all of a short answer.
    private static func first(
        _ made: Made, _ context: StoreWork.Context, _ responder: Responder
    ) {
        switch made.frame {
        case .failure(let error): responder.fail(context.call, error)
        case .success(let frame) where frame.isLast:
            responder.metrics.storeRows.add(UInt64(frame.rowCount))
            responder.send(.stream(frame.bytes + StoreAnswer.end(nil), context.call))
        case .success:
            let stream = FrameStream(context, responder, made.source)
            let isOpen = responder.startStream(owner: stream) { writer in
                StoreAnswer.stream([], context.call).writeHeaders(to: writer)
            }
            if isOpen { stream.take(made) } else { responder.refuse(.busy) }
        }
    }

    /// There is room in the connection again.
    func writable() {
        switch state {
        case .blocked(let frame):
            cancelStall()
            send(frame)
        case .ending(let end): close(with: end)
        case .making, .ended: return
        }
    }

    /// The client has left.
    func gone() { leave() }

    /// The server stops.
    func finish() { end(.shuttingDown(context.call.method)) }

    /// The client has taken nothing for long: the state that the stream reads is let go.
    func timerFired() {
        stall = nil
        end(
            ConnectError(
                .aborted, .tooSlow, "nothing of the stream was read for too long",
                context.call.method))
    }

    private func take(_ made: Made) {
        guard case .making = state else { return }
        source = made.source
        switch made.frame {
        case .success(let frame): send(frame)
        case .failure(let error): end(error)
        }
    }

    private func send(_ frame: Frame) {
        if !frame.bytes.isEmpty {
            let bytes = frame.bytes.withUnsafeBytes { SharedBytes(copying: $0) }
            guard responder.exchange.writeStream(bytes) else {
                state = .blocked(frame)
                stall = responder.loop.schedule(
                    afterMilliseconds: responder.core.configuration.idleTimeoutMilliseconds, self)
                return
            }
            responder.metrics.storeRows.add(UInt64(frame.rowCount))
        }
        if frame.isLast { end(nil) } else { makeNext() }
    }

    private func makeNext() {
        guard let source else { return end(nil) }
        state = .making
        self.source = nil
        let context = context
        // The pool and the loop use the source in turns, never both.
        let carried = Carried(source)
        let isQueued = responder.core.storePool.submit(for: responder.loop) {
            Self.make(carried.value, context)
        } then: { made in
            self.take(made)
        }
        if !isQueued { end(.shuttingDown(context.call.method)) }
    }

    /// Ends the stream as soon as there is room to say so; nothing is read for it any more.
    private func end(_ error: ConnectError?) {
        switch state {
        case .ended: return
        case .ending:
            // The server stops before there was room.
            leave()
            responder.exchange.endStream()
        case .making, .blocked:
            leave()
            close(with: StreamEnd(error))
        }
    }

    private func close(with end: StreamEnd) {
        state = end.send(over: responder.exchange) ? .ended : .ending(end)
    }

    private func leave() {
        cancelStall()
        state = .ended
        source = nil
    }

    private func cancelStall() {
        if let stall { responder.loop.cancel(stall) }
        stall = nil
    }
}
