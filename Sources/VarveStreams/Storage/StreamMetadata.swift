public import VarveLog

/// A stream's description.
public struct StreamMetadata: Equatable, Sendable {
    /// The content type as it was given.
    public var contentType: String
    /// When the stream goes by itself.
    public var lifetime: StreamConfiguration.Lifetime
    /// How many bytes are kept at most; nil = all.
    public var retainedBytes: UInt64?
    /// For how many seconds messages are kept; nil = for ever.
    public var retainedSeconds: UInt64?
    /// Where the stream begins: its start, unless it was trimmed.
    public var earliestOffset: StreamPosition
    /// Where the next message will be.
    public var nextOffset: StreamPosition
    /// Whether it is closed.
    public var isClosed: Bool
    /// How many messages it has that were not trimmed away.
    public var messageCount: UInt64
    /// How many bytes these have; a JSON message counts one more than its text.
    public var totalBytes: UInt64
    /// When it was created, in milliseconds since 1970.
    public var createdMilliseconds: UInt64
    /// When it was last appended to, closed or created, in milliseconds since 1970.
    public var updatedMilliseconds: UInt64

    /// The public form of an engine's description.
    init(_ head: StreamHead) {
        contentType = head.contentType.text
        lifetime =
            switch head.lifetime {
            case .unlimited: .unlimited
            case .sliding(let seconds): .timeToLive(seconds: seconds)
            case .absolute(let milliseconds): .expiresAt(milliseconds: milliseconds)
            }
        retainedBytes = head.retention.bytes
        retainedSeconds = head.retention.seconds
        earliestOffset = head.earliest
        nextOffset = head.tail
        isClosed = head.isClosed
        messageCount = head.tail.record - head.earliest.record
        totalBytes = head.tail.byte - head.earliest.byte
        createdMilliseconds = head.createdMilliseconds
        updatedMilliseconds = head.updatedMilliseconds
    }
}
