package import VarveLog

/// What became of a request to trim a stream.
package struct TrimOutcome {
    /// Where the stream begins for its readers.
    package var earliest: StreamPosition
    /// Where it ends.
    package var tail: StreamPosition
    /// The answer may leave when this is durable.
    package var visibleAt: LSN
}
