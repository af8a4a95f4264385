// How an operation answers: every response of the server leaves through here, so that each has the
// headers that all must have, is held until what it reveals is durable, and is counted.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarvePlatform
import VarveStreams

/// One request's way to its client.
///
/// Thread rule: the exchange's loop only.
struct Responder {
    /// The loop's part of the server.
    let state: LoopState
    /// The request's exchange.
    let exchange: Exchange
    /// What the request is counted as.
    private(set) var operation: Operation
    /// Where the request's origin stands among those allowed.
    let originPlace: Int?
    /// The request's method and target, for the log; nil unless requests are logged.
    let line: String?
    /// Until when, on the loop's clock, a request may wait for an overloaded log; nil before it
    /// has.
    var deadline: UInt64?

    /// What all loops share.
    var core: ServerCore { state.core }
    /// The loop.
    var loop: EventLoop { state.loop }
    /// The loop's counters.
    var metrics: LoopMetrics { state.metrics }

    /// The same, counted as another operation.
    func with(_ operation: Operation) -> Responder {
        var copy = self
        copy.operation = operation
        return copy
    }

    /// The cursor for a live answer to a client that sent `client`.
    func nextCursor(after client: UInt64?) -> UInt64 {
        LiveCursor.next(
            unixMilliseconds: core.clock.wallMilliseconds(), client: client,
            random: client == nil ? 0 : core.random.next())
    }
}

extension UnsafeRawBufferPointer {
    /// No bytes: a body of length zero.
    static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
