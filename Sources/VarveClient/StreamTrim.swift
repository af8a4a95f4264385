import FoundationNetworking

extension StreamClient {
    /// Hides what lies before an offset from a stream's readers, durably and for good; its forks
    /// keep what they have. An offset where the stream begins already, or before, changes nothing.
    ///
    /// - Returns: where the stream begins now.
    /// - Throws: `ClientError`; status 404 no such stream, 400 no such offset.
    @discardableResult
    public func trim(
        _ name: String, before offset: StreamOffset
    ) async throws(ClientError) -> StreamOffset {
        let path = "__ds/trim/\(try StreamName.path(of: name))"
        let query = "before=\(StreamName.percentEncoded(offset.token))"
        let head = try await send(
            request("POST", path: path, query: query), isRepeatable: true
        ).head
        guard let earliest = head.earliestOffset else {
            throw ClientError(
                .invalidAnswer, status: head.status, code: "missing-header",
                detail: "the answer has no Stream-Earliest-Offset", subject: head.subject)
        }
        return earliest
    }
}
