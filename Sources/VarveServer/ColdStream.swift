// A stream that has left memory: the pool brings it back, the loop answers its request then.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// Requests for streams that are not in memory.
enum ColdStream {
    /// What a load brought: the stream, which stays in memory as long as this is kept.
    private typealias Outcome = Result<Stream, StreamRefusal>

    /// The owner of an exchange whose stream is being loaded.
    ///
    /// Thread rule: its loop only.
    private final class LoadingExchange: ExchangeOwner {
        let request: HeldRequest

        init(_ request: HeldRequest) { self.request = request }

        func gone() { request.gone() }

        /// The load ends soon and answers then.
        func finish() {}
    }

    /// Has the stream `name` loaded, and answers `request` from its beginning then.
    static func load(
        _ name: UnsafeRawBufferPointer, _ request: borrowing RequestView, _ responder: Responder
    ) {
        var refusal: StreamRefusal?
        let held = HeldRequest(request) { request in
            if let refusal { return responder.refuse(Refusal(refusal), request) }
            Router.answer(request, responder)
        }
        guard responder.exchange.park(owner: LoadingExchange(held), endsWithPeer: false) else {
            return responder.refuse(.busy)
        }
        let name = ContiguousArray(name)
        let engine = responder.core.engine
        let lookUp: @Sendable () -> Outcome = {
            name.withUnsafeBytes { name in
                Result { () throws(StreamRefusal) in try engine.lookUp(name, blocking: true) }
            }
        }
        let isQueued = responder.core.pool.submit(for: responder.loop, lookUp) { outcome in
            if case .failure(let cause) = outcome { refusal = cause }
            withExtendedLifetime(outcome) { held.answer() }
        }
        if !isQueued { responder.refuse(.busy) }
    }
}

extension StreamRefusal {
    /// Whether the same request may be answered by a thread that may wait for the disk.
    var needsDisk: Bool { error == .log(.wouldBlock) }
}
