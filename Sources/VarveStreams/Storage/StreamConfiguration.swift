/// What a stream is created with. Streams of one name must agree in all of it.
public struct StreamConfiguration: Equatable, Sendable {
    /// When a stream goes by itself.
    public enum Lifetime: Equatable, Sendable {
        /// Never.
        case unlimited
        /// So many seconds after it was last read or appended to.
        case timeToLive(seconds: UInt64)
        /// At a moment, in milliseconds since 1970-01-01T00:00:00Z.
        case expiresAt(milliseconds: UInt64)
    }

    /// The content type; parameters and case do not count in comparisons.
    public var contentType: String
    /// When the stream goes by itself.
    public var lifetime: Lifetime
    /// Whether it is closed from the start.
    public var isCreatedClosed: Bool

    /// A configuration; without arguments that of an open stream of plain bytes.
    public init(
        contentType: String = "application/octet-stream", lifetime: Lifetime = .unlimited,
        isCreatedClosed: Bool = false
    ) {
        self.contentType = contentType
        self.lifetime = lifetime
        self.isCreatedClosed = isCreatedClosed
    }

    /// The lifetime as the engine has it.
    var engineLifetime: StreamLifetime {
        switch lifetime {
        case .unlimited: .unlimited
        case .timeToLive(let seconds): .sliding(seconds: min(seconds, StreamLifetime.secondsMax))
        case .expiresAt(let milliseconds): .absolute(milliseconds: milliseconds)
        }
    }
}
