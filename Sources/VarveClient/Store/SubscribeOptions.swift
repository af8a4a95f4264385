/// How batches are followed.
public struct SubscribeOptions: Sendable {
    /// What is waited between attempts when the server is away; an answer begins the count anew.
    public var retry: RetryPolicy
    /// The most bytes that wait for a consumer that is slower than the store. Beyond it the answer
    /// is given up, and the rest is asked for when the consumer gets there.
    public var bufferBytesMax: Int
    /// Whether signs of life are elements too: every 15 s without a batch the server says how far
    /// it has seen. They let a consumer note its place.
    public var includesSignsOfLife: Bool
    /// Told of every failure that is followed by another attempt.
    public var onRetry: (@Sendable (ClientError, _ wait: Duration) -> Void)?

    /// The options; by default a subscription never gives up a server that is away.
    public init(
        retry: RetryPolicy = .forever, bufferBytesMax: Int = 64 << 20,
        includesSignsOfLife: Bool = false,
        onRetry: (@Sendable (ClientError, _ wait: Duration) -> Void)? = nil
    ) {
        self.retry = retry
        self.bufferBytesMax = bufferBytesMax
        self.includesSignsOfLife = includesSignsOfLife
        self.onRetry = onRetry
    }
}
