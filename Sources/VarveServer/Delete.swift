// DELETE: the stream ends, its name is free.

import VarveHTTP
import VarveLog
import VarveStreams

/// The operation behind DELETE.
enum Delete {
    /// Answers a request to delete `name`.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        do throws(StreamRefusal) {
            answer(try responder.core.engine.delete(name, blocking: false), responder)
        } catch {
            if error.needsDisk { return answerFromDisk(ContiguousArray(name), responder) }
            responder.refuse(Refusal(error), request)
        }
    }

    /// Has the pool delete a stream that is not in memory or has forks. The answer must not depend
    /// on the timer: a fork whose time is over holds its source until it is swept.
    private static func answerFromDisk(_ name: ContiguousArray<UInt8>, _ responder: Responder) {
        let engine = responder.core.engine
        PoolWork.begin(on: responder.core.pool, responder) { () -> Result<LSN, StreamRefusal> in
            defer { engine.log.requestCommit() }
            return name.withUnsafeBufferPointer { name in
                Result { () throws(StreamRefusal) in
                    while engine.sweepExpired() > 0 {}
                    return try engine.delete(UnsafeRawBufferPointer(name), blocking: true)
                }
            }
        } answer: { outcome in
            switch outcome {
            case .success(let visibleAt): answer(visibleAt, responder)
            case .failure(let refusal): responder.refuse(Refusal(refusal))
            }
        }
    }

    private static func answer(_ visibleAt: LSN, _ responder: Responder) {
        responder.send(.noContent, gate: visibleAt) { _ in }
    }
}
