// POST {base}/__ds/settle: everything durable moves from the journal into a segment.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind `__ds/settle`, for operators.
enum Settle {
    /// Settles on the pool; answers 204 when that is done.
    static func answer(_ responder: Responder) {
        let log = responder.core.engine.log
        PoolWork.begin(on: responder.core.pool, responder) { () -> Result<Void, LogError> in
            Result { () throws(LogError) in try log.settle() }
        } answer: { outcome in
            if case .failure(let failure) = outcome {
                return responder.refuse(Refusal(Problem(failure)))
            }
            responder.send(.noContent) { writer in
                writer.lines("Cache-Control: no-store\r\n")
            }
        }
    }
}
