// GET {base}/__ds/stats: what the log amounts to, for operators.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveNetwork
import VarvePlatform
import VarveStreams

/// The operation behind `__ds/stats`.
enum Statistics {
    private static let topDefault: UInt64 = 10
    private static let topMax: UInt64 = 1000

    /// Counts on the pool; answers with one JSON object.
    static func answer(_ request: borrowing RequestView, _ responder: Responder) {
        guard let top = top(request.query) else {
            return responder.refuse(Refusal(.invalidQuery))
        }
        let core = responder.core
        PoolWork.begin(on: core.chores, responder) { () -> Result<String, LogError> in
            Result { () throws(LogError) in
                try core.engine.log.logStatistics(top: Int(top)).json(server(core))
            }
        } answer: { outcome in
            switch outcome {
            case .success(let text):
                responder.send(.ok) { writer in
                    writer.lines("Content-Type: application/json\r\nCache-Control: no-store\r\n")
                } body: { buffer in
                    buffer.append(text: text)
                }
            case .failure(let error):
                var refusal = Refusal(Problem(error))
                refusal.cause = error
                responder.refuse(refusal)
            }
        }
    }

    /// How many streams to name; nil when the query is malformed.
    private static func top(_ text: UnsafeRawBufferPointer) -> UInt64? {
        switch QueryParameters(text).find("top") {
        case .value(let digits):
            guard let number = DecimalDigits.parse(digits), number <= topMax else { return nil }
            return number
        case .repeated: return nil
        default: return topDefault
        }
    }

    /// What only the running server knows, as a JSON object.
    private static func server(_ core: ServerCore) -> String {
        let appended = core.counters.reduce(0) { $0 + $1.metrics.appendBytes.value }
        let journal = core.engine.log.statistics.now.frameBytes
        let settled = core.engine.log.settlingStatistics.now
        let segments = settled.fileBytes + settled.mergeResultBytes
        let amplification =
            appended == 0 ? "null" : decimal(Double(journal + segments) / Double(appended))
        return "{\"streams\":\(core.engine.streamCount),\"bytes\":\(core.engine.totalBytes)"
            + ",\"durable_lsn\":\(core.engine.log.durable.rawValue)"
            + ",\"resident_bytes\":\(Machine.residentBytes)"
            + ",\"window_bytes\":\(core.engine.log.windowMemoryBytes)"
            + ",\"append_bytes\":\(appended),\"journal_bytes_written\":\(journal)"
            + ",\"segment_bytes_written\":\(segments)"
            + ",\"write_amplification\":\(amplification)}"
    }

    /// A number with two digits behind the point.
    private static func decimal(_ value: Double) -> String {
        let hundredths = UInt64((min(value, 1e9) * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
