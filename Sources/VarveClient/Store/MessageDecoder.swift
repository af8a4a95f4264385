import Foundation
import VarveConnect

/// Takes an answer that is a stream of messages apart: each message in binary, and how the stream
/// ended.
struct MessageDecoder: LiveDecoder {
    private let subject: String
    private var envelopes: EnvelopeDecoder

    /// A decoder for the answer that begins with `head`.
    ///
    /// - Parameter messageBytesMax: a larger message is an error.
    init(head: AnswerHead, messageBytesMax: Int) {
        subject = head.subject
        envelopes = EnvelopeDecoder(messageBytesMax: messageBytesMax)
    }

    static func refusal(in answer: Answer) -> ClientError { StoreRefusal.error(from: answer) }

    /// A stream of messages says itself where it ends.
    var interruption: ClientError? {
        ClientError(
            .interrupted, status: 200, code: "connection-lost",
            detail: "the connection ended before the stream of messages did", subject: subject)
    }

    mutating func decode(
        _ bytes: Data, _ give: ([UInt8], Int) -> Void
    ) throws(ClientError) -> Bool {
        bytes.withUnsafeBytes { envelopes.append($0) }
        while let envelope = try next() {
            guard !envelope.isCompressed else {
                throw invalid("an envelope is compressed that was not to be")
            }
            if envelope.endsStream {
                if let failure = try failure(in: envelope.payload) { throw failure }
                return true
            }
            give(envelope.payload, envelope.payload.count)
        }
        return false
    }

    private mutating func next() throws(ClientError) -> Envelope? {
        do throws(EnvelopeFault) {
            return try envelopes.next()
        } catch {
            throw invalid("\(error)")
        }
    }

    /// The failure that the stream's last envelope tells of; nil when it ended in good order.
    private func failure(in payload: [UInt8]) throws(ClientError) -> ClientError? {
        do throws(MessageFault) {
            let error = try payload.span.withUnsafeBytes { (json) throws(MessageFault) in
                try ConnectError.readEndOfStream(json)
            }
            return error.map { StoreRefusal.error($0, subject: subject) }
        } catch {
            throw invalid("the stream's end cannot be read: \(error)")
        }
    }

    private func invalid(_ detail: String) -> ClientError {
        ClientError(.invalidAnswer, code: "invalid-stream", detail: detail, subject: subject)
    }
}
