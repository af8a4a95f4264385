import Foundation

/// The body of an error answer, as far as the client reads it (RFC 9457 with a `code`).
struct ProblemDocument: Decodable {
    /// The stable name of the error.
    var code: String?
    /// One sentence about this occurrence.
    var detail: String?
    /// One phrase about the sort of error.
    var title: String?

    /// Turns an error answer into the error that is thrown.
    static func error(from answer: Answer) -> ClientError {
        let head = answer.head
        let problem = try? JSONDecoder().decode(ProblemDocument.self, from: answer.body)
        var error = ClientError(
            .refused, status: head.status, code: problem?.code ?? "http-\(head.status)",
            detail: problem?.detail ?? problem?.title ?? text(of: answer.body, head.status),
            subject: head.subject)
        error.state.nextOffset = head.nextOffset
        error.state.earliestOffset = head.earliestOffset
        error.state.isClosed = head.isClosed
        error.state.currentEpoch = head.number("Producer-Epoch")
        error.state.expectedSequence = head.number("Producer-Expected-Seq")
        error.state.receivedSequence = head.number("Producer-Received-Seq")
        error.state.retryAfter = head.number("Retry-After").map { .seconds(Int64(clamping: $0)) }
        return error
    }

    /// The first line of a body that is no problem document, cut to a length fit for a message.
    private static func text(of body: Data, _ status: Int) -> String {
        let line = String(decoding: body.prefix(200), as: UTF8.self).split(separator: "\n").first
        return line.map(String.init) ?? HTTPStatusText.phrase(status)
    }
}
