// GET /health: the process serves.

import VarveHTTP

/// The operation behind `/health`.
enum Health {
    /// Answers that the process serves.
    static func answer(_ responder: Responder) {
        responder.send(.ok) { writer in
            writer.lines("Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n")
        } body: { buffer in
            buffer.append("ok\n")
        }
    }
}
