// A stream that has left memory: the pool brings it back, the loop answers its request then.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// Requests for streams that are not in memory.
enum ColdStream {
    /// What a load brought: the stream, which stays in memory as long as this is kept.
    private typealias Outcome = Result<Stream, StreamRefusal>

    /// What the loop goes on with.
    //
    // @unchecked Sendable: the pool passes it on without looking; it is used on its loop only.
    private final class Continuation: @unchecked Sendable {
        let body: (Outcome) -> Void

        init(_ body: @escaping (Outcome) -> Void) { self.body = body }
    }

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
        let continuation = Continuation { outcome in
            if case .failure(let cause) = outcome { refusal = cause }
            withExtendedLifetime(outcome) { held.answer() }
        }
        let name = ContiguousArray(name)
        let (engine, loop) = (responder.core.engine, responder.loop)
        let isQueued = responder.core.pool.submit {
            let outcome = name.withUnsafeBufferPointer { name -> Outcome in
                do throws(StreamRefusal) {
                    return .success(
                        try engine.lookUp(UnsafeRawBufferPointer(name), blocking: true))
                } catch {
                    return .failure(error)
                }
            }
            loop.post { _ in continuation.body(outcome) }
        }
        if !isQueued { responder.refuse(.busy) }
    }
}

extension StreamRefusal {
    /// Whether the same request may be answered by a thread that may wait for the disk.
    var needsDisk: Bool { error == .log(.wouldBlock) }
}
