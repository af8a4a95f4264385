/// How a stream is followed.
public struct FollowOptions: Sendable {
    /// How new content comes.
    public enum Mode: String, Sendable, CaseIterable {
        /// Server-sent events, except for streams of `text/*`: an event does not tell CR, LF and
        /// CRLF apart, so those are long-polled and arrive byte for byte.
        case automatic
        /// One long answer that carries many batches.
        case events = "sse"
        /// One answer for each batch.
        case longPoll = "long-poll"
    }

    /// How new content comes.
    public var mode: Mode
    /// What is waited between attempts when the server is away; an attempt that succeeds begins
    /// the count anew.
    public var retry: RetryPolicy
    /// The most bytes kept for a consumer that is slower than the stream. Beyond it the live
    /// answer is given up; the consumer continues by pages where it stopped.
    public var bufferBytesMax: Int
    /// Told of every failure that is followed by another attempt.
    public var onRetry: (@Sendable (ClientError, _ wait: Duration) -> Void)?

    /// The options; by default a follower never gives up a server that is away.
    public init(
        mode: Mode = .automatic, retry: RetryPolicy = .forever, bufferBytesMax: Int = 8 << 20,
        onRetry: (@Sendable (ClientError, _ wait: Duration) -> Void)? = nil
    ) {
        self.mode = mode
        self.retry = retry
        self.bufferBytesMax = bufferBytesMax
        self.onRetry = onRetry
    }
}
