// POST {base}/__ds/redact/NAME: records of a stream lose what they said.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind `__ds/redact`, for operators.
enum Redact {
    /// The most bytes of a request's body.
    private static let bodyBytesMax = 16 << 10

    /// What a request asks for: `{"offset": TOKEN, "records": 1, "reason": TEXT}`.
    struct Order: Equatable, Sendable {
        /// Where the first of the records begins.
        var start: StreamPosition
        /// How many there are; one unless the request says so.
        var records: UInt64 = 1
        /// Who wants it and why.
        var reason: String

        /// Reads a body; nil when it is not such an object, or something is beyond its limit.
        init?(_ body: UnsafeRawBufferPointer) {
            guard body.count <= bodyBytesMax,
                var members = try? FlatObject.parse(Array(body), numbers: true),
                let reason = members.removeValue(forKey: "reason"),
                (1...Redaction.reasonBytesMax).contains(reason.utf8.count),
                let token = members.removeValue(forKey: "offset"),
                let start = Array(token.utf8).withUnsafeBytes({ OffsetToken.parse($0) })
            else { return nil }
            if let records = members.removeValue(forKey: "records") {
                guard let count = UInt64(records), (1...Redaction.recordsMax).contains(count)
                else { return nil }
                self.records = count
            }
            guard members.isEmpty else { return nil }
            self.start = start
            self.reason = reason
        }
    }

    /// Erases the records on the pool of long work; answers when they are gone, or nearly.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        guard let order = Order(request.body) else {
            return responder.refuse(Refusal(.invalidRedaction))
        }
        let engine = responder.core.engine
        let name = Array(name)
        PoolWork.begin(on: responder.core.chores, responder) {
            () -> Result<RedactionReceipt, StreamRefusal> in
            Result { () throws(StreamRefusal) in
                let stream = try name.span.withUnsafeBytes { (name) throws(StreamRefusal) in
                    try engine.lookUp(name, blocking: true)
                }
                return try engine.redact(
                    stream, from: order.start, records: order.records,
                    reason: Array(order.reason.utf8))
            }
        } answer: { outcome in
            switch outcome {
            case .success(let receipt):
                log(receipt, order, name, responder.core)
                answer(receipt, responder)
            case .failure(let refusal): responder.refuse(Refusal(refusal))
            }
        }
    }

    /// The line that an auditor looks for.
    private static func log(
        _ receipt: RedactionReceipt, _ order: Order, _ name: [UInt8], _ core: ServerCore
    ) {
        core.logger.log(
            .warning, "records redacted",
            [
                "stream": .text(String(decoding: name, as: UTF8.self)),
                "from": .text(order.start.description), "to": .text(receipt.end.description),
                "records": .number(Int64(clamping: receipt.records)),
                "reason": .text(order.reason),
                "lsn": .number(Int64(clamping: receipt.lsn.rawValue)),
                "erased": .text(receipt.isErased ? "yes" : "not yet"),
            ])
    }

    private static func answer(_ receipt: RedactionReceipt, _ responder: Responder) {
        responder.send(.ok) { writer in
            writer.lines("Content-Type: application/json\r\nCache-Control: no-store\r\n")
            writer.header("Stream-Next-Offset", hexadecimal: receipt.end.record, receipt.end.byte)
        } body: { buffer in
            buffer.append("{\"records\":")
            buffer.append(decimal: receipt.records)
            buffer.append(",\"nextOffset\":\"")
            buffer.append(text: receipt.end.description)
            buffer.append("\",\"lsn\":")
            buffer.append(decimal: receipt.lsn.rawValue)
            buffer.append(receipt.isErased ? ",\"erased\":true}" : ",\"erased\":false}")
        }
    }
}
