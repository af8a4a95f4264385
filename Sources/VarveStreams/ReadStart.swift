public import VarveLog

/// Where a read begins.
public enum ReadStart: Equatable, Sendable {
    /// At the first record.
    case start
    /// At the tail: nothing is read.
    case now
    /// At an offset that a client got earlier.
    case position(StreamPosition)
}
