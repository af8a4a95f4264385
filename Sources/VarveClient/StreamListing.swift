import Foundation
import FoundationNetworking

/// One stream in a list.
public struct ListedStream: Hashable, Sendable, Codable {
    /// The stream's name.
    public let name: String
    /// The content type.
    public let contentType: String
    /// The tail.
    public let nextOffset: String
    /// Where the stream begins since it was trimmed; nil when it never was.
    public let earliestOffset: String?
    /// How many records the stream has: messages of a JSON stream, appends of any other.
    public let records: UInt64
    /// The stream's length in bytes, without what was trimmed away.
    public let bytes: UInt64
    /// Whether the stream is closed.
    public let closed: Bool
    /// The sliding life in seconds, where there is one.
    public let ttlSeconds: UInt64?
    /// The moment of the stream's end (RFC 3339), where it is fixed.
    public let expiresAt: String?
    /// How many bytes are kept at most, where that is limited.
    public let retainBytes: UInt64?
    /// For how many seconds what is appended is kept, where that is limited.
    public let retainSeconds: UInt64?
    /// How what is settled is stored, where it is made smaller: `lz4` or `zstd`.
    public let compression: String?
    /// When the stream was created (RFC 3339).
    public let createdAt: String
    /// When the stream was last changed (RFC 3339).
    public let updatedAt: String
}

/// A page of a list of streams, in the order of their names.
public struct StreamListing: Hashable, Sendable, Codable {
    /// The streams.
    public let streams: [ListedStream]
    /// The last name of this page when there are more: what to list `after` next.
    public let next: String?
}

extension StreamClient {
    /// Lists streams, one page of them.
    ///
    /// - Parameters:
    ///   - prefix: only names that begin so.
    ///   - after: only names behind this one; nil from the first.
    ///   - limit: the most streams of the page, 1...1000.
    /// - Throws: `ClientError`; status 404 from a server of another make, which cannot list.
    public func list(
        prefix: String = "", after: String? = nil, limit: Int = 100
    ) async throws(ClientError) -> StreamListing {
        var query = "limit=\(limit)"
        if !prefix.isEmpty { query += "&prefix=\(StreamName.percentEncoded(prefix))" }
        if let after { query += "&after=\(StreamName.percentEncoded(after))" }
        let request = try request("GET", path: "__ds/streams", query: query)
        let answer = try await send(request, isRepeatable: true)
        do {
            return try JSONDecoder().decode(StreamListing.self, from: answer.body)
        } catch {
            throw ClientError(
                .invalidAnswer, status: answer.head.status, code: "invalid-list",
                detail: "the answer is not a list of streams", subject: answer.head.subject)
        }
    }
}
