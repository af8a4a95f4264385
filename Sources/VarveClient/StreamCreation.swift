public import Foundation
import FoundationNetworking

/// What a stream is created with.
public struct StreamCreation: Sendable {
    /// How long a stream lives.
    public enum Lifetime: Hashable, Sendable {
        /// This many seconds after the last read or append.
        case sliding(seconds: UInt64)
        /// Until a moment.
        case until(Date)
    }

    /// The content type, kept and given back exactly so.
    public var contentType: String
    /// How long the stream lives; nil: until it is deleted.
    public var lifetime: Lifetime?
    /// At most so many bytes are kept, the newest; nil: all of them.
    public var retainedBytes: UInt64?
    /// What was appended longer ago than so many seconds is not kept; nil: everything is.
    public var retainedSeconds: UInt64?
    /// How the server stores what is settled: `none`, `lz4` or `zstd`; nil: as it is told to.
    public var compression: String?
    /// Whether the stream is closed at once: it has only its first content.
    public var isClosed: Bool
    /// The first content; for `application/json` one value or an array of messages.
    public var content: Data

    /// Describes a stream; the defaults are those of the protocol.
    public init(
        contentType: String = "application/octet-stream", lifetime: Lifetime? = nil,
        isClosed: Bool = false, content: Data = Data(), retainedBytes: UInt64? = nil,
        retainedSeconds: UInt64? = nil
    ) {
        self.contentType = contentType
        self.lifetime = lifetime
        self.isClosed = isClosed
        self.content = content
        self.retainedBytes = retainedBytes
        self.retainedSeconds = retainedSeconds
    }
}

/// What a server answered to a creation.
public struct CreatedStream: Hashable, Sendable {
    /// False when the same stream existed already.
    public let isNew: Bool
    /// The content type of the stream.
    public let contentType: String
    /// The tail.
    public let nextOffset: StreamOffset
    /// Whether the stream is closed.
    public let isClosed: Bool
}

extension StreamClient {
    /// Creates a stream, durably. Creating the same stream again succeeds and changes nothing.
    ///
    /// - Throws: `ClientError`; status 409 when the stream of that name has another configuration.
    @discardableResult
    public func create(
        _ name: String, _ creation: StreamCreation = StreamCreation()
    ) async throws(ClientError) -> CreatedStream {
        var request = try request("PUT", stream: name)
        request.setValue(creation.contentType, forHTTPHeaderField: "Content-Type")
        switch creation.lifetime {
        case .sliding(let seconds):
            request.setValue(String(seconds), forHTTPHeaderField: "Stream-TTL")
        case .until(let date):
            request.setValue(Self.internetTime(date), forHTTPHeaderField: "Stream-Expires-At")
        case nil: break
        }
        if let bytes = creation.retainedBytes {
            request.setValue(String(bytes), forHTTPHeaderField: "Stream-Retain-Bytes")
        }
        if let seconds = creation.retainedSeconds {
            request.setValue(String(seconds), forHTTPHeaderField: "Stream-Retain-Seconds")
        }
        if let compression = creation.compression {
            request.setValue(compression, forHTTPHeaderField: "Stream-Compression")
        }
        if creation.isClosed { request.setValue("true", forHTTPHeaderField: "Stream-Closed") }
        request.httpBody = creation.content
        let head = try await send(request, isRepeatable: true).head
        return CreatedStream(
            isNew: head.status == 201,
            contentType: head.header("Content-Type") ?? creation.contentType,
            nextOffset: try head.requiredNextOffset(), isClosed: head.isClosed)
    }

    /// A moment as RFC 3339 in UTC, with milliseconds.
    static func internetTime(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
