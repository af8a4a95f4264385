/// When checkpoints are made: places where a stream's chain head is recorded, from which reading
/// and verifying can begin.
///
/// Whatever the policy, there is one where a settling ends, and within what is settled they are not
/// further apart than 1000 records and 256 KiB, or one larger record: they are the index too.
public enum CheckpointPolicy: Equatable, Sendable {
    /// At least every so many settled records, 1 to 1000, and when the log is closed.
    case every(records: Int)
    /// When the log is closed.
    case onShutdown
    /// When `EventLog.settle` asks for it. Closing settles nothing.
    case explicit

    /// The most records between two.
    var recordsMax: Int {
        guard case .every(let records) = self else { return SegmentFormat.intervalRecordsMax }
        return min(max(records, 1), SegmentFormat.intervalRecordsMax)
    }

    /// Throws `limitExceeded` for a number of records that cannot be.
    func check() throws(LogError) {
        guard case .every(let records) = self else { return }
        guard records >= 1, records <= SegmentFormat.intervalRecordsMax else {
            throw .limitExceeded(
                name: "records between checkpoints", limit: SegmentFormat.intervalRecordsMax,
                actual: records)
        }
    }
}
