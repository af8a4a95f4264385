// DELETE: the stream ends, its name is free.

import VarveHTTP
import VarveStreams

/// The operation behind DELETE.
enum Delete {
    /// Answers a request to delete `name`.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        responder.core.engine.sweepDue()
        do throws(StreamRefusal) {
            let visibleAt = try responder.core.engine.delete(name)
            responder.send(.noContent, gate: visibleAt) { _ in }
        } catch {
            responder.refuse(Refusal(error), request)
        }
    }
}
