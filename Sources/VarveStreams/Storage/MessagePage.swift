public import VarveLog

/// A part of a stream, message by message.
public struct MessagePage: Equatable, Sendable {
    /// The messages in order, as they were appended.
    public var messages: [[UInt8]]
    /// Where the next page begins.
    public var nextOffset: StreamPosition
    /// True when there is nothing more at the moment.
    public var isAtTail: Bool
    /// True when the stream is closed.
    public var isClosed: Bool
}
