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
    /// At most so many bytes are kept, the newest; nil = all.
    public var retainedBytes: UInt64?
    /// What was appended longer ago than so many seconds is not kept; nil = all is.
    public var retainedSeconds: UInt64?

    /// A configuration; without arguments that of an open stream of plain bytes.
    public init(
        contentType: String = "application/octet-stream", lifetime: Lifetime = .unlimited,
        isCreatedClosed: Bool = false, retainedBytes: UInt64? = nil, retainedSeconds: UInt64? = nil
    ) {
        self.contentType = contentType
        self.lifetime = lifetime
        self.isCreatedClosed = isCreatedClosed
        self.retainedBytes = retainedBytes
        self.retainedSeconds = retainedSeconds
    }

    /// The retention as the engine has it.
    var engineRetention: StreamRetention {
        StreamRetention(
            bytes: retainedBytes.map { min($0, StreamRetention.bytesMax) },
            seconds: retainedSeconds.map { min($0, StreamRetention.secondsMax) })
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
