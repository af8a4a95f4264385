/// What merging segments, as somebody asked for it, came to.
public struct CompactionReceipt: Hashable, Sendable, Codable {
    /// How many merges there were, each with one segment as its result.
    public let merges: UInt64
    /// How many segments these took the place of.
    public let segments: UInt64
    /// The bytes of the files that were merged.
    public let bytesBefore: UInt64
    /// The bytes of the files that were written.
    public let bytesAfter: UInt64

    /// A receipt with these figures.
    public init(merges: UInt64, segments: UInt64, bytesBefore: UInt64, bytesAfter: UInt64) {
        self.merges = merges
        self.segments = segments
        self.bytesBefore = bytesBefore
        self.bytesAfter = bytesAfter
    }
}
