// Where a stream's settled records lie, and the last place where its chain head is recorded.

/// A place where a stream's chain head is recorded; as many data records lie before it as its
/// position says.
public struct StreamCheckpoint: Equatable, Sendable {
    /// Where.
    public let position: StreamPosition
    /// The chain's head there, the control records at that place included.
    public let head: ChainHash
}

/// The records of one stream that one segment has.
public struct StreamSegment: Equatable, Sendable {
    /// The segment's file, below the log's directory.
    public let file: String
    /// Where the records begin in the stream.
    public let start: StreamPosition
    /// Where they end.
    public let end: StreamPosition
    /// How many bytes they take in the file; fewer than they have if they are compressed.
    public let storedBytes: UInt64
    /// How many checkpoints there are among them.
    public let checkpointCount: Int
}

extension EventLog {
    /// The last checkpoint of a stream: where its settled records end. Nil before it settles.
    ///
    /// - Throws: `io`, `corruption`, `closed`.
    public func lastCheckpoint(of stream: LogStream) throws(LogError) -> StreamCheckpoint? {
        guard let record = try catalog.stream(stream.id)?.record else { return nil }
        return StreamCheckpoint(position: record.tail, head: record.head)
    }

    /// The segments that have records of a stream, in order; a fork's source has its own.
    public func segments(of stream: LogStream) -> [StreamSegment] {
        stream.withLock { Array($0.runs) }.map { run in
            StreamSegment(
                file: SegmentName(number: run.segment).path, start: run.start, end: run.end,
                storedBytes: run.storedBytes, checkpointCount: run.checkpointCount)
        }
    }
}
