public import VarveLog

/// What an append gave.
public struct MessageReceipt: Equatable, Sendable {
    /// Where the next message will be.
    public var nextOffset: StreamPosition
}
