// GET /ready: whether requests should be sent here.

import VarveHTTP
import VarveLog
import VarveStore
import VarveStreams

/// The operation behind `/ready`.
enum Ready {
    /// Answers whether appends would be taken and the store can be read.
    static func answer(_ responder: Responder) {
        if responder.core.isDraining { return responder.refuse(Refusal(.shuttingDown)) }
        if responder.core.engine.log.failure != nil {
            return responder.refuse(Refusal(.outcomeUnknown))
        }
        if responder.core.store?.failure != nil { return responder.refuse(Refusal(.storeFailed)) }
        responder.send(.ok) { writer in
            writer.lines("Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n")
        } body: { buffer in
            buffer.append("ready\n")
        }
    }
}
