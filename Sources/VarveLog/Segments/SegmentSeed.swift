import VarveBytes

/// What the checksum of a piece of a segment begins with: the segment's id, what kind of piece it
/// is, and its place.
///
/// So bytes of another segment, or of another place in it, never pass as these. Persisted.
enum SegmentSeed: UInt64 {
    /// An interval block; its place is the run's data offset and the block's own among the blocks.
    case interval = 0
    /// A block of a table of checkpoints; its place is the run's data offset and the block's own.
    case checkpoints = 1
    /// A group of stream entries; its place is counted from the metadata's beginning.
    case group = 2
    /// A block of the table of groups; its place is counted from the table's beginning.
    case groups = 3
    /// A block of the data area; its place is its number.
    case data = 4
    /// The footer, which has one place.
    case footer = 5

    /// The seed of the piece at `place`.
    func value(id: UInt64, place: UInt64) -> UInt32 {
        ChecksumSeed.value(fileID: id, lsn: rawValue << 60 ^ place)
    }

    /// The checksum of `bytes`, a whole piece without its checksum.
    func checksum(_ bytes: UnsafeRawBufferPointer, id: UInt64, place: UInt64) -> UInt32 {
        CRC32C.value(bytes, seed: value(id: id, place: place))
    }
}
