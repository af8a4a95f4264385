import Foundation
import FoundationNetworking

extension StreamClient {
    /// Reads one page: from `offset` as much as the server puts in one answer.
    ///
    /// - Throws: `ClientError`; status 404 no such stream, 400 an offset that is none of this
    ///   stream, 410 an offset that is no longer kept.
    public func read(
        _ name: String, from offset: StreamOffset = .start
    ) async throws(ClientError) -> StreamBatch {
        let request = try readRequest(name, from: offset)
        let answer = try await send(request, isRepeatable: true)
        return try Self.batch(answer)
    }

    /// All pages from `offset` to the tail, each fetched when it is asked for.
    public func pages(_ name: String, from offset: StreamOffset = .start) -> StreamPages {
        StreamPages(client: self, name: name, offset: offset)
    }

    /// A request for a page.
    func readRequest(
        _ name: String, from offset: StreamOffset, live: String = ""
    ) throws(ClientError) -> URLRequest {
        let token = StreamName.percentEncoded(offset.token)
        return try request("GET", stream: name, query: "offset=\(token)\(live)")
    }

    /// The batch in an answer to a page or a long-poll.
    static func batch(_ answer: Answer) throws(ClientError) -> StreamBatch {
        let head = answer.head
        return StreamBatch(
            content: answer.body,
            contentType: head.header("Content-Type") ?? "application/octet-stream",
            nextOffset: try head.requiredNextOffset(),
            isUpToDate: head.isTrue("Stream-Up-To-Date"), isClosed: head.isClosed)
    }
}
