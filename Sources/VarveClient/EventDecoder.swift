import Foundation
import VarveHTTP

/// Turns the bytes of a live answer into batches: the content of the data events, where there are
/// any, and the control event behind them.
///
/// A batch is given out when its control event has arrived, so that a connection which breaks in
/// between is resumed before the batch.
struct EventDecoder: LiveDecoder {
    /// A batch and the cursor that came with it.
    struct Event: Sendable {
        let batch: StreamBatch
        let cursor: String?
    }

    private let subject: String
    private let isBase64: Bool
    private let contentType: String
    private var parser: SSEParser
    private var content = Data()
    private var hasDelivered = false

    /// A larger event is an error: it holds a batch of the server, in base64 or as text.
    private static let eventBytesMax = 256 << 20

    /// A decoder for the answer that begins with `head`, of a stream of `contentType`.
    ///
    /// - Parameter eventBytesMax: a larger event is an error.
    init(
        head: AnswerHead, contentType: String, eventBytesMax: Int = Self.eventBytesMax
    ) {
        subject = head.subject
        isBase64 = head.header("Stream-SSE-Data-Encoding")?.lowercased() == "base64"
        self.contentType = contentType
        parser = SSEParser(eventBytesMax: eventBytesMax)
    }

    static func refusal(in answer: Answer) -> ClientError { ProblemDocument.error(from: answer) }

    /// The server may end an answer that delivered something at any time.
    var interruption: ClientError? {
        guard !hasDelivered else { return nil }
        return ClientError(
            .interrupted, status: 200, code: "no-events",
            detail: "the live answer ended without an event", subject: subject)
    }

    mutating func decode(
        _ bytes: Data, _ give: (Event, Int) -> Void
    ) throws(ClientError) -> Bool {
        var parsed: [SSEEvent] = []
        do throws(SSEError) {
            // Data of one piece is contiguous; the closure of withUnsafeBytes cannot throw typed.
            let result = bytes.withUnsafeBytes { pointer in
                Result { () throws(SSEError) in try parser.feed(pointer) { parsed.append($0) } }
            }
            try result.get()
        } catch {
            throw invalid("the live answer has an event over the client's limit of bytes")
        }
        for event in parsed {
            switch event.name {
            case "data": try take(event.data)
            case "control":
                let event = try finish(event.data)
                hasDelivered = true
                give(event, event.batch.content.count)
            default: break
            }
        }
        return false
    }

    /// Adds the content of a data event.
    private mutating func take(_ data: [UInt8]) throws(ClientError) {
        guard isBase64 else {
            content.append(contentsOf: data)
            return
        }
        guard let decoded = Data(base64Encoded: Data(data), options: .ignoreUnknownCharacters)
        else { throw invalid("a data event is not base64, as the answer's head said") }
        content.append(decoded)
    }

    /// The batch that a control event completes.
    private mutating func finish(_ json: [UInt8]) throws(ClientError) -> Event {
        guard let control = try? JSONDecoder().decode(ControlEvent.self, from: Data(json)) else {
            throw invalid("a control event is not the protocol's JSON")
        }
        let isClosed = control.streamClosed ?? false
        let batch = StreamBatch(
            content: content, contentType: contentType,
            nextOffset: StreamOffset(control.streamNextOffset),
            isUpToDate: isClosed || (control.upToDate ?? false), isClosed: isClosed)
        content = Data()
        return Event(batch: batch, cursor: control.streamCursor)
    }

    private func invalid(_ detail: String) -> ClientError {
        ClientError(.invalidAnswer, code: "invalid-event", detail: detail, subject: subject)
    }
}
