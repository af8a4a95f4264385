// POST {base}/__ds/settle: everything durable moves from the journal into a segment.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind `__ds/settle`, for operators.
enum Settle {
    /// What the loop goes on with.
    //
    // @unchecked Sendable: the pool passes it on without looking; it is used on its loop only.
    private final class Continuation: @unchecked Sendable {
        let body: (LogError?) -> Void

        init(_ body: @escaping (LogError?) -> Void) { self.body = body }
    }

    /// Settles on the pool; answers 204 when that is done.
    static func answer(_ responder: Responder) {
        let owner = ReadingExchange()
        guard responder.exchange.park(owner: owner, endsWithPeer: false) else {
            return responder.refuse(.busy)
        }
        let continuation = Continuation { failure in
            guard owner.isWaited else { return }
            if let failure { return responder.refuse(Refusal(Problem(failure))) }
            responder.send(.noContent) { writer in
                writer.lines("Cache-Control: no-store\r\n")
            }
        }
        let (engine, loop) = (responder.core.engine, responder.loop)
        let isQueued = responder.core.pool.submit {
            var failure: LogError?
            do throws(LogError) {
                try engine.log.settle()
            } catch {
                failure = error
            }
            let outcome = failure
            loop.post { _ in continuation.body(outcome) }
        }
        if !isQueued { responder.refuse(.busy) }
    }
}
