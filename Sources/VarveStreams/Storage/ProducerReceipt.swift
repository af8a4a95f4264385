public import VarveLog

/// What an append by an idempotent producer gave.
public struct ProducerReceipt: Equatable, Sendable {
    /// The two ways to succeed.
    public enum Status: Equatable, Sendable {
        /// The messages were appended.
        case accepted
        /// They had been appended before; nothing changed.
        case duplicate
    }

    /// Whether the messages are new.
    public var status: Status
    /// The producer's current epoch.
    public var epoch: UInt64
    /// The producer's highest accepted sequence number.
    public var sequence: UInt64
    /// Where the next message will be.
    public var nextOffset: StreamPosition
    /// Whether the stream is closed.
    public var isClosed: Bool
}
