// How the store's answers leave: with the headers of the Connect protocol, compressed when that
// helps, errors in the form that the call's kind has.

import VarveConnect
import VarveHTTP
import VarveLog

/// A whole answer to a call, ready to be sent.
struct StoreAnswer: Sendable {
    /// The status.
    let status: HTTPStatus
    /// The body.
    let body: [UInt8]
    /// Its type.
    let contentType: String
    /// How it is compressed as a whole.
    let coding: ContentCoding
    /// What compresses the envelopes in it, where that must be said.
    let envelopeCoding: ContentCoding

    /// Messages of fewer bytes are not worth compressing.
    private static let compressedBytesMin = 1024

    /// The answer to a unary call.
    static func message(_ bytes: [UInt8], _ call: StoreCall) -> StoreAnswer {
        let (body, coding) = compressed(bytes, call, room: 0)
        return StoreAnswer(
            status: .ok, body: body, contentType: call.contentType.name, coding: coding,
            envelopeCoding: .identity)
    }

    /// The answer to a call that failed.
    static func failure(_ error: ConnectError, _ call: StoreCall) -> StoreAnswer {
        guard !call.method.isStreaming else { return stream(end(error), call) }
        return StoreAnswer(
            status: HTTPStatus(rawValue: error.code.httpStatus) ?? .internalServerError,
            body: error.json, contentType: "application/json", coding: .identity,
            envelopeCoding: .identity)
    }

    /// A whole stream that is there already.
    static func stream(_ envelopes: [UInt8], _ call: StoreCall) -> StoreAnswer {
        StoreAnswer(
            status: .ok, body: envelopes, contentType: call.contentType.name, coding: .identity,
            envelopeCoding: call.answerCoding)
    }

    /// A message of a stream in its envelope. `bytes` are the message behind room for the head of
    /// an envelope.
    static func envelope(_ bytes: consuming [UInt8], _ call: StoreCall) -> [UInt8] {
        var bytes = bytes
        let message = Array(bytes.dropFirst(Envelope.headBytes))
        if call.answerCoding != .identity, message.count >= compressedBytesMin {
            var (packed, coding) = compressed(message, call, room: Envelope.headBytes)
            if coding != .identity {
                Envelope.seal(&packed, flags: Envelope.compressed)
                return packed
            }
        }
        Envelope.seal(&bytes, flags: 0)
        return bytes
    }

    /// The envelope that ends a stream.
    static func end(_ error: ConnectError?) -> [UInt8] {
        Envelope(flags: Envelope.endOfStream, payload: ConnectError.endOfStream(error)).bytes
    }

    /// Writes the headers of the answer.
    func writeHeaders(to writer: ResponseWriter) {
        writer.header("Content-Type", text: contentType)
        writer.lines("Cache-Control: no-store\r\n")
        if coding != .identity { writer.header("Content-Encoding", text: coding.rawValue) }
        if envelopeCoding != .identity {
            writer.header("Connect-Content-Encoding", text: envelopeCoding.rawValue)
        }
    }

    private static func compressed(
        _ bytes: [UInt8], _ call: StoreCall, room: Int
    ) -> ([UInt8], ContentCoding) {
        guard call.answerCoding != .identity, bytes.count >= compressedBytesMin else {
            return (bytes, .identity)
        }
        let packed = bytes.withUnsafeBytes { call.answerCoding.compress($0, room: room) }
        guard let packed, packed.count < room + bytes.count else { return (bytes, .identity) }
        return (packed, call.answerCoding)
    }
}

extension Responder {
    /// Sends a whole answer of the store.
    func send(_ answer: StoreAnswer, gate: LSN = .none) {
        answer.body.withUnsafeBytes { body in
            send(answer.status, gate: gate, body: body) { answer.writeHeaders(to: $0) }
        }
    }

    /// Answers a call that failed.
    func fail(_ call: StoreCall, _ error: ConnectError) {
        send(StoreAnswer.failure(error, call))
    }
}
