public import VarveLog

/// What creating a stream gave.
public struct CreatedStream: Equatable, Sendable {
    /// The two ways to succeed.
    public enum Status: Equatable, Sendable {
        /// It is new.
        case created
        /// It was there with the same configuration.
        case alreadyExists
    }

    /// Whether it is new.
    public var status: Status
    /// Where the next message will be.
    public var nextOffset: StreamPosition
    /// Whether it is closed.
    public var isClosed: Bool
}
