// POST {base}/__ds/verify/NAME: a stream's records are read and its chain is computed anew.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind `__ds/verify`.
enum Verify {
    /// What a verification found, and when it may be shown.
    private typealias Found = (verification: StreamVerification, visibleAt: LSN)

    /// Verifies `name` beside traffic, one stream after the other, and answers with what was found.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        let core = responder.core
        let stream: Stream
        do throws(StreamRefusal) {
            stream = try core.engine.lookUp(name, blocking: false)
        } catch {
            if error.needsDisk { return ColdStream.load(name, request, responder) }
            return responder.refuse(Refusal(error))
        }
        guard core.admitVerification() else { return responder.refuse(.busy) }
        let isQueued = PoolWork.begin(on: core.chores, responder) {
            () -> Result<Found, StreamRefusal> in
            defer { core.releaseVerification() }
            return Result { () throws(StreamRefusal) in
                try core.engine.verification(of: stream) { core.isDraining }
            }
        } answer: { outcome in
            switch outcome {
            case .success(let found): answer(found, of: stream, responder)
            case .failure(let refusal): responder.refuse(Refusal(refusal))
            }
        }
        if !isQueued { core.releaseVerification() }
    }

    private static func answer(_ found: Found, of stream: Stream, _ responder: Responder) {
        if let damage = found.verification.damage {
            responder.core.logger.log(
                .error, "verification found damage",
                [
                    "file": .text(damage.file), "byte": .number(Int64(clamping: damage.byte)),
                    "count": .number(Int64(clamping: damage.count)), "cause": .text(damage.detail),
                ])
        }
        responder.send(.ok, gate: found.visibleAt) { writer in
            writer.lines("Content-Type: application/json\r\nCache-Control: no-store\r\n")
        } body: { buffer in
            append(found.verification, of: stream, to: buffer)
        }
    }

    private static func append(
        _ found: StreamVerification, of stream: Stream, to buffer: OutputBuffer
    ) {
        buffer.append(found.isClean ? "{\"clean\":true" : "{\"clean\":false")
        buffer.append(",\"name\":")
        JSONText.appendString(stream.name, to: buffer)
        buffer.append(",\"incarnation\":\"")
        buffer.append(text: stream.incarnation.description)
        buffer.append("\",\"records\":")
        buffer.append(decimal: found.records)
        buffer.append(",\"bytes\":")
        buffer.append(decimal: found.bytes)
        buffer.append(",\"redacted\":")
        buffer.append(decimal: found.redactedRecords)
        buffer.append(",\"from\":\"")
        buffer.append(text: found.start.description)
        buffer.append("\",\"position\":\"")
        buffer.append(text: found.reached.position.description)
        buffer.append("\",\"head\":\"")
        buffer.append(text: found.reached.head.hex)
        buffer.append(
            found.reached.isClosed ? "\",\"state\":\"closed\"" : "\",\"state\":\"open\"")
        buffer.append(",\"damages\":[")
        if let damage = found.damage {
            buffer.append("{\"file\":")
            JSONText.appendString(damage.file, to: buffer)
            if let record = damage.record {
                buffer.append(",\"record\":")
                buffer.append(decimal: record)
            }
            buffer.append(",\"byte\":")
            buffer.append(decimal: damage.byte)
            buffer.append(",\"count\":")
            buffer.append(decimal: damage.count)
            buffer.append(",\"detail\":")
            JSONText.appendString(damage.detail, to: buffer)
            buffer.append("}")
        }
        buffer.append("]}")
    }
}
