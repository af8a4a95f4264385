/// How a segment is written.
package struct SegmentOptions: Sendable {
    /// Called after each slice, of up to 1 MiB, that was handed to the file: to keep a pace.
    package typealias AfterSlice = @Sendable (_ byteCount: Int) throws(LogError) -> Void

    /// The numbers of the segments that the new one takes the place of, ascending.
    package var superseded: [UInt32] = []
    /// Keeps the pace of writing; what it throws ends the writing.
    package var afterSlice: AfterSlice?

    /// The most records between two checkpoints; not more than the format has.
    package var checkpointRecords = SegmentFormat.intervalRecordsMax
    /// Signs the streams' heads; nil = nothing does.
    package var signer: HeadSigner?

    /// No pace, and nothing superseded.
    package init() {}
}
