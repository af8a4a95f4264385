/// What a case needs of its server's configuration: small limits, mostly. The names are those of
/// the server's configuration.
package enum Setting: Sendable {
    /// Origins that browsers may come from.
    case allowedOrigins([String])
    /// Where streams live.
    case basePath(String)
    /// What shared caches may keep: `public`, `private` or `no-store`.
    case cachePolicy(String)
    /// The most bytes that wait for a slow client.
    case connectionOutputBytesMax(Int)
    /// The most connections, over one event loop.
    case connectionsMax(Int)
    /// Bodies of some megabytes, and memory for them.
    case largeBodies
    /// The most bytes of a body.
    case maxBodyBytes(Int)
    /// The most bytes of one stream.
    case maxStreamBytes(UInt64)
    /// The most bytes of all streams.
    case maxTotalBytes(UInt64)
    /// A server whose base path belongs to the case: nobody else has streams there.
    case ownServer
    /// The most bytes of a page.
    case pageBytes(Int)
    /// The most event streams.
    case subscribersMax(Int)
    /// The most long-polls that wait.
    case waitersMax(Int)
    /// How long a body may stand still.
    case bodyTimeoutMilliseconds(UInt64)
    /// How often a silent event stream gets a comment.
    case eventStreamKeepAliveMilliseconds(UInt64)
    /// How old an event stream gets.
    case eventStreamMaxAgeMilliseconds(UInt64)
    /// How long a head may take.
    case headTimeoutMilliseconds(UInt64)
    /// How long a connection may say nothing.
    case idleTimeoutMilliseconds(UInt64)
    /// How long a long-poll waits.
    case longPollTimeoutMilliseconds(UInt64)
}
