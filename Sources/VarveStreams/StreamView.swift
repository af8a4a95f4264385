package import VarveLog

/// What readers may know of a stream at one moment: everything comes from one look at the durable
/// mark, so tail and closure belong together.
package struct StreamView {
    /// Where the stream begins for its readers: its start, unless it was trimmed.
    package var earliest: StreamPosition
    /// The tail as readers see it.
    package var tail: StreamPosition
    /// Whether the stream is closed.
    package var isClosed: Bool
    /// The content type as its creator gave it.
    package var contentType: ContentType
    /// What tells this stream from others of its name.
    package var incarnation: Incarnation
    /// The answer may leave when this is durable.
    package var visibleAt: LSN
}
