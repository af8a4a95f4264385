/// What compactions did.
public struct CompactionReport: Equatable, Sendable {
    /// How many merges there were, each with one segment as its result.
    public internal(set) var merges = 0
    /// How many segments these took the place of.
    public internal(set) var segmentsBefore = 0
    /// The bytes of the files that were merged.
    public internal(set) var bytesBefore: UInt64 = 0
    /// The bytes of the files that were written.
    public internal(set) var bytesAfter: UInt64 = 0

    /// Nothing was done.
    public init() {}

    /// By how many bytes the log became smaller.
    public var bytesReclaimed: UInt64 { bytesBefore > bytesAfter ? bytesBefore - bytesAfter : 0 }

    /// Adds one merge of `count` segments.
    mutating func add(segments count: Int, bytes: UInt64, result: SegmentSummary) {
        merges += 1
        segmentsBefore += count
        bytesBefore += bytes
        bytesAfter += result.fileBytes
    }
}
