/// What a `StreamClient` does for every request.
public struct ClientOptions: Sendable {
    /// Sent with every request, for example `Authorization` for a proxy in front of the server.
    public var headers: [String: String]
    /// How long a connection may stay silent before an ordinary request counts as interrupted.
    public var silenceMax: Duration
    /// How long a live read may stay silent: above the server's long-poll timeout and its
    /// keep-alive interval of 15 s.
    public var liveSilenceMax: Duration
    /// When requests that are safe to send twice are sent again.
    public var retry: RetryPolicy
    /// The largest answer that is taken into memory.
    public var answerBytesMax: Int

    /// The options; the defaults suit a server in the same data centre.
    public init(
        headers: [String: String] = [:], silenceMax: Duration = .seconds(30),
        liveSilenceMax: Duration = .seconds(90), retry: RetryPolicy = RetryPolicy(),
        answerBytesMax: Int = 256 << 20
    ) {
        self.headers = headers
        self.silenceMax = silenceMax
        self.liveSilenceMax = liveSilenceMax
        self.retry = retry
        self.answerBytesMax = answerBytesMax
    }
}
