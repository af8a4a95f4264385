package import VarveLog

/// The limits of a stream engine.
public struct StreamOptions: Sendable {
    /// The most stored bytes of all streams together; nil = no limit.
    public var maxTotalBytes: UInt64?
    /// The most stored bytes of one stream; nil = no limit.
    public var maxStreamBytes: UInt64?
    /// The most producers that one stream remembers.
    public var maxProducersPerStream = 10_000
    /// The most JSON messages of one create or append.
    public var maxMessagesPerAppend = 100_000
    /// How what is settled of new streams is stored, of which nothing else is said.
    package var compression = RunEncoding.none

    /// The defaults: no quotas.
    public init() {}
}
