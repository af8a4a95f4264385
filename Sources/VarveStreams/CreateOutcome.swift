package import VarveLog

/// What became of a request to create a stream.
package struct CreateOutcome {
    /// The two ways to succeed.
    package enum Kind: Equatable, Sendable {
        /// The stream was created: 201.
        case created
        /// It was there with the same configuration; nothing changed: 200.
        case existing
    }

    /// What happened.
    package var kind: Kind
    /// The stream.
    package var stream: Stream
    /// Its tail.
    package var tail: StreamPosition
    /// Whether it is closed.
    package var isClosed: Bool
    /// Its content type as its creator gave it.
    package var contentType: ContentType
    /// The answer may leave when this is durable.
    package var visibleAt: LSN
}
