// POST {base}/__ds/compact: segments are merged, and what is not needed any more goes.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind `__ds/compact`, for operators.
enum Compact {
    /// Settles and merges on the pool of long work; answers with what was done when that is done.
    static func answer(_ responder: Responder) {
        let core = responder.core
        PoolWork.begin(on: core.chores, responder) { () -> Result<CompactionReport, LogError> in
            Result { () throws(LogError) in
                try core.engine.log.compact { core.isDraining }
            }
        } answer: { outcome in
            switch outcome {
            case .success(let report): answer(report, responder)
            case .failure(let failure): responder.refuse(Refusal(Problem(failure)))
            }
        }
    }

    private static func answer(_ report: CompactionReport, _ responder: Responder) {
        responder.send(.ok) { writer in
            writer.lines("Content-Type: application/json\r\nCache-Control: no-store\r\n")
        } body: { buffer in
            buffer.append("{\"merges\":")
            buffer.append(decimal: UInt64(report.merges))
            buffer.append(",\"segments\":")
            buffer.append(decimal: UInt64(report.segmentsBefore))
            buffer.append(",\"bytesBefore\":")
            buffer.append(decimal: report.bytesBefore)
            buffer.append(",\"bytesAfter\":")
            buffer.append(decimal: report.bytesAfter)
            buffer.append("}")
        }
    }
}
