package import VarveLog

/// A stream's description, as readers may see it.
package struct StreamHead {
    /// Where the stream begins for its readers: its start, unless it was trimmed.
    package var earliest: StreamPosition
    /// The durable tail.
    package var tail: StreamPosition
    /// Whether the stream is closed.
    package var isClosed: Bool
    /// The content type as its creator gave it.
    package var contentType: ContentType
    /// When the stream goes by itself.
    package var lifetime: StreamLifetime
    /// How much of it is kept.
    package var retention: StreamRetention
    /// How what is settled of it is stored.
    package var compression: RunEncoding
    /// The value of `Stream-Expires-At` as it was given; nil for other lifetimes.
    package var lifetimeText: String?
    /// What tells this stream from others of its name.
    package var incarnation: Incarnation
    /// When it was created, in milliseconds since 1970.
    package var createdMilliseconds: UInt64
    /// When it was last appended to, closed or created, in milliseconds since 1970.
    package var updatedMilliseconds: UInt64
    /// The answer may leave when this is durable.
    package var visibleAt: LSN
}
