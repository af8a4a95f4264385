import VarveBytes

/// Every number of the segment format, version 1. `docs/segment-format.md` explains them.
///
/// The numbers are persisted: changing one makes another format.
package enum SegmentFormat {
    /// The format this program writes and reads (persisted).
    package static let version: UInt32 = 1
    /// `VARVESEG`, the first eight bytes of a segment (persisted).
    static let headerMagic: UInt64 = 0x4745_5345_5652_4156
    /// `VARVEEND`, the first eight bytes of a footer (persisted).
    static let footerMagic: UInt64 = 0x444e_4545_5652_4156
    /// Bytes of the header, in front of everything (persisted).
    package static let headerBytes = 4096
    /// Bytes of the footer, behind everything (persisted).
    package static let footerBytes = 4096
    /// Where the data area begins (persisted).
    static let dataOffset = UInt64(headerBytes)

    /// Bytes of the data area that have one checksum (persisted).
    package static let blockBytes = 64 << 10
    /// Bytes of a checksum (persisted).
    static let checksumBytes = 4

    /// The most records between two checkpoints, control records included (persisted).
    package static let intervalRecordsMax = 1000
    /// The most bytes between two checkpoints that more than one record takes (persisted).
    package static let intervalBytesMax = 256 << 10
    /// The most bytes of a stream that one compressed chunk holds (persisted).
    static let chunkBytesMax = 256 << 10
    /// The most checkpoints of one run (persisted: 24 bits).
    static let checkpointsMax = (1 << 24) - 1
    /// The most bytes of one interval block: head, chunks, and a redacted record a length.
    static let intervalBlockBytesMax = 64 << 10

    /// Bytes of one slot of a run's table of checkpoints (persisted).
    static let checkpointSlotBytes = 32
    /// Bytes of one slot of the table of groups (persisted).
    static let groupSlotBytes = 16
    /// The most bytes of one block of a table, its checksum included (persisted).
    static let tableBlockBytes = 4096

    /// A group of stream entries is closed when it has this many bytes or more (persisted).
    static let groupBytes = 4096
    /// The most bytes of one stream's entry in the metadata (persisted).
    static let streamEntryBytesMax = 64 << 20

    /// The most state entries of one stream in one segment (persisted).
    package static let stateEntriesMax = 1 << 20
    /// The most bytes of the upper layer's state of one stream (persisted).
    package static let coreBytesMax = 64 << 10
    /// The most segments that one segment can supersede (persisted).
    package static let supersededMax = 256
    /// The most bytes of one segment (persisted).
    static let fileBytesMax: UInt64 = 1 << 56
    /// The largest position, size or offset: sums of two stay below 2^63 (persisted).
    static let positionMax: UInt64 = 1 << 62

    /// The directory of the segments, below the log's own.
    package static let directory = "segments"

    /// The relations between the numbers that the code relies on; the first that does not hold.
    package static func brokenRelation() -> String? {
        let largestBlock =
            SHA256Digest.byteCount + 10 + 3 * (Format.recordBytesMax / chunkBytesMax + 1)
            + intervalRecordsMax * (5 + SHA256Digest.byteCount) + checksumBytes
        let relations: [(String, Bool)] = [
            ("the data area begins on a page", headerBytes % Format.alignment == 0),
            ("the superseded numbers fit the footer", 256 + 4 * supersededMax < footerBytes),
            ("an interval block fits its limit", largestBlock <= intervalBlockBytesMax),
            ("a block's length fits its slot", intervalBlockBytesMax < 1 << 20),
            ("a chunk is not longer than an interval", chunkBytesMax <= intervalBytesMax),
            (
                "the upper layer's state fits a stream's entry",
                coreBytesMax + Format.nameBytesMax < streamEntryBytesMax
            ),
            ("a table's block has slots", tableBlockBytes > 2 * checkpointSlotBytes),
            ("the count of checkpoints is a mask", checkpointsMax & (checkpointsMax + 1) == 0),
        ]
        return relations.first { !$0.1 }?.0
    }
}
