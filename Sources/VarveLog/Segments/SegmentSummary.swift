/// What a finished segment holds.
package struct SegmentSummary: Hashable, Sendable {
    /// Its number.
    package let number: UInt32
    /// The bytes of the file.
    package let fileBytes: UInt64
    /// The number of streams.
    package let streamCount: UInt64
    /// The number of streams that have a run.
    package let runCount: UInt64
    /// The number of data records.
    package let recordCount: UInt64
    /// The bytes of all runs as their streams count them.
    package let byteCount: UInt64
    /// The bytes of all runs as they are stored.
    package let storedBytes: UInt64
}
