import FoundationNetworking

/// What a server tells about a stream without its content.
public struct StreamDescription: Hashable, Sendable {
    /// The content type, as it was given at creation.
    public let contentType: String
    /// The tail.
    public let nextOffset: StreamOffset
    /// Whether the stream is closed.
    public let isClosed: Bool
    /// The stream's life after the last read or append, in seconds.
    public let secondsToLive: UInt64?
    /// The moment of the stream's end, as the server writes it (RFC 3339).
    public let expiresAt: String?
    /// Where the stream begins since it was trimmed; nil when it never was.
    public let earliestOffset: StreamOffset?
    /// How many bytes are kept at most; nil: all of them.
    public let retainedBytes: UInt64?
    /// For how many seconds what is appended is kept; nil: for ever.
    public let retainedSeconds: UInt64?
    /// How what is settled is stored: `lz4` or `zstd`; nil: as it is.
    public let compression: String?
}

extension StreamClient {
    /// Asks about a stream; a sliding lifetime is not renewed by it.
    ///
    /// - Throws: `ClientError`; status 404 no such stream.
    public func head(_ name: String) async throws(ClientError) -> StreamDescription {
        let head = try await send(request("HEAD", stream: name), isRepeatable: true).head
        return StreamDescription(
            contentType: head.header("Content-Type") ?? "application/octet-stream",
            nextOffset: try head.requiredNextOffset(), isClosed: head.isClosed,
            secondsToLive: head.number("Stream-TTL"), expiresAt: head.header("Stream-Expires-At"),
            earliestOffset: head.earliestOffset, retainedBytes: head.number("Stream-Retain-Bytes"),
            retainedSeconds: head.number("Stream-Retain-Seconds"),
            compression: head.header("Stream-Compression"))
    }

    /// Deletes a stream, durably; its name is free at once.
    ///
    /// - Throws: `ClientError`; status 404 no such stream. After an `interrupted` one the outcome
    ///   is unknown.
    public func delete(_ name: String) async throws(ClientError) {
        _ = try await send(request("DELETE", stream: name), isRepeatable: false)
    }
}
