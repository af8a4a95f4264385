// POST {base}/__ds/trim/NAME?before=: a stream begins further on for its readers.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind `__ds/trim`.
enum Trim {
    /// The longest value of `before` that can be right, encoded.
    private static let valueBytesMax = 3 * OffsetToken.byteCount

    /// Trims the stream on the pool, which may have to read; answers 204 when that is durable.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        guard let position = position(request.query) else {
            return responder.refuse(Refusal(.invalidOffset))
        }
        let engine = responder.core.engine
        let name = Array(name)
        PoolWork.begin(on: responder.core.pool, responder) {
            () -> Result<TrimOutcome, StreamRefusal> in
            defer { engine.log.requestCommit() }
            return Result { () throws(StreamRefusal) in
                let stream = try name.span.withUnsafeBytes { (name) throws(StreamRefusal) in
                    try engine.lookUp(name, blocking: true)
                }
                return try engine.trim(stream, before: position)
            }
        } answer: { outcome in
            answer(outcome, responder)
        }
    }

    private static func answer(
        _ outcome: Result<TrimOutcome, StreamRefusal>, _ responder: Responder
    ) {
        switch outcome {
        case .success(let outcome):
            responder.send(.noContent, gate: outcome.visibleAt) { writer in
                writer.header(
                    "Stream-Earliest-Offset", hexadecimal: outcome.earliest.record,
                    outcome.earliest.byte)
                writer.header(
                    "Stream-Next-Offset", hexadecimal: outcome.tail.record, outcome.tail.byte)
                writer.lines("Cache-Control: no-store\r\n")
            }
        case .failure(let refusal): responder.refuse(Refusal(refusal))
        }
    }

    /// The offset that the query names; nil when there is none, or several, or it is malformed.
    private static func position(_ query: UnsafeRawBufferPointer) -> StreamPosition? {
        guard case .value(let encoded) = QueryParameters(query).find("before"),
            encoded.count <= valueBytesMax
        else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: max(encoded.count, 1), alignment: 1) {
            room in
            let count = try? PercentCoding.decode(encoded, into: room, plusIsSpace: true)
            return count.flatMap {
                OffsetToken.parse(UnsafeRawBufferPointer(rebasing: room[..<$0]))
            }
        }
    }
}
