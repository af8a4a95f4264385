import Foundation
import VarveHTTP

/// Turns the bytes of a live answer into batches: the content of the data events, where there are
/// any, and the control event behind them.
struct EventDecoder {
    /// A batch and the cursor that came with it.
    struct Event {
        let batch: StreamBatch
        let cursor: String?
    }

    private let subject: String
    private let isBase64: Bool
    private let contentType: String
    private var parser: SSEParser
    private var content = Data()

    /// A decoder for the answer that begins with `head`, of a stream of `contentType`.
    ///
    /// - Parameter eventBytesMax: a larger event is an error.
    init(head: AnswerHead, contentType: String, eventBytesMax: Int) {
        subject = head.subject
        isBase64 = head.header("Stream-SSE-Data-Encoding")?.lowercased() == "base64"
        self.contentType = contentType
        parser = SSEParser(eventBytesMax: eventBytesMax)
    }

    /// Takes a piece of the answer and gives the batches that it completes.
    ///
    /// - Throws: `ClientError` of kind `invalidAnswer` for an event that is none of the protocol.
    mutating func decode(_ bytes: Data) throws(ClientError) -> [Event] {
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
        var events: [Event] = []
        for event in parsed {
            switch event.name {
            case "data": try take(event.data)
            case "control": events.append(try finish(event.data))
            default: break
            }
        }
        return events
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
