import Foundation
import FoundationNetworking

/// The head of a server's answer: its status and the headers that the protocol names.
struct AnswerHead: Sendable {
    /// The HTTP status.
    let status: Int
    /// The response as Foundation parsed it: header names compare without case.
    let response: HTTPURLResponse
    /// What the request was, for messages: method and URL.
    let subject: String

    /// The value of a header, nil when it is absent.
    func header(_ name: String) -> String? { response.value(forHTTPHeaderField: name) }

    /// Whether a header is present with the value `true`.
    func isTrue(_ name: String) -> Bool { header(name)?.lowercased() == "true" }

    /// The value of a header that is a decimal number.
    func number(_ name: String) -> UInt64? { header(name).flatMap { UInt64($0) } }

    /// `Stream-Next-Offset`.
    var nextOffset: StreamOffset? { header("Stream-Next-Offset").map { StreamOffset($0) } }

    /// `Stream-Earliest-Offset`.
    var earliestOffset: StreamOffset? {
        header("Stream-Earliest-Offset").map { StreamOffset($0) }
    }

    /// `Stream-Closed`.
    var isClosed: Bool { isTrue("Stream-Closed") }

    /// `Stream-Next-Offset` of an answer that must have it.
    ///
    /// - Throws: `ClientError` of kind `invalidAnswer` when it is missing.
    func requiredNextOffset() throws(ClientError) -> StreamOffset {
        guard let nextOffset else {
            throw ClientError(
                .invalidAnswer, status: status, code: "missing-header",
                detail: "the answer has no Stream-Next-Offset: is this a Durable Streams server?",
                subject: subject)
        }
        return nextOffset
    }
}

/// A complete answer of a server.
struct Answer: Sendable {
    /// Its status and headers.
    let head: AnswerHead
    /// Its body.
    let body: Data
}
