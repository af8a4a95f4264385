/// Every number of the journal format, version 1. `docs/format.md` explains them.
///
/// The numbers are persisted: changing one makes another format.
package enum Format {
    /// The format this program writes and reads (persisted).
    package static let version: UInt32 = 1
    /// Groups and file headers begin at multiples of this (persisted).
    package static let alignment = 4096

    /// `VARVEJNL`, the first eight bytes of a journal file (persisted).
    static let fileMagic: UInt64 = 0x4c4e_4a45_5652_4156
    /// Bytes of a file header (persisted).
    static let fileHeaderBytes = 4096
    /// `VGRP`, the first four bytes of a group (persisted).
    static let groupMagic: UInt32 = 0x5052_4756
    /// Bytes of a group header (persisted).
    static let groupHeaderBytes = 64
    /// Bytes of a frame header (persisted).
    static let frameHeaderBytes = 104
    /// Bytes between the lengths and the payload: continued, records, prefix (persisted).
    static let trailerBytes = 12
    /// Bytes of one length entry (persisted).
    static let lengthEntryBytes = 4
    /// Bytes of an incarnation (persisted).
    static let incarnationBytes = 16

    /// The most bytes a stream's name may have (persisted).
    package static let nameBytesMax = 1024
    /// The most bytes an annotation may have (persisted).
    package static let annotationBytesMax = 1 << 16
    /// The most payload bytes of one frame (persisted).
    static let partPayloadBytesMax = 256 << 10
    /// The most records that start in one frame (persisted).
    static let partRecordsMax = 128 << 10
    /// The most bytes of one frame; a frame fits one message of a replicated journal (persisted).
    static let frameBytesMax = 1 << 20
    /// The most parts of one frame set (persisted).
    static let partsMax = Int(UInt16.max)
    /// The most stored bytes of one record, its separator included (persisted).
    package static let recordBytesMax = (1 << 27) - 1
    /// The most bytes of one journal file (persisted: positions have 32 bits).
    static let fileBytesMax = (1 << 32) - 4096
    /// The fewest bytes of a journal file that make sense.
    static let fileBytesMin = 64 << 10

    /// The directory of the journal files, below the log's own.
    static let journalDirectory = "journal"
    /// The directory of the index of a key-value store, below the log's own.
    package static let indexDirectory = "index"

    /// The next multiple of `alignment` that is not below `byte`.
    static func aligned(_ byte: UInt64) -> UInt64 {
        (byte &+ UInt64(alignment) &- 1) & ~UInt64(alignment &- 1)
    }

    /// The next multiple of `alignment` that is not below `count`.
    static func aligned(_ count: Int) -> Int {
        (count &+ alignment &- 1) & ~(alignment &- 1)
    }

    /// The relations between the numbers that the code relies on; the first that does not hold.
    ///
    /// A test calls this, so that a change of one number cannot break another silently.
    package static func brokenRelation() -> String? {
        let largestFrame =
            frameHeaderBytes + incarnationBytes + ForkOrigin.byteCount + nameBytesMax
            + annotationBytesMax
            + lengthEntryBytes * partRecordsMax + trailerBytes + partPayloadBytesMax
        let relations: [(String, Bool)] = [
            ("a header fills one aligned block", fileHeaderBytes == alignment),
            ("alignment is a power of two", alignment & (alignment - 1) == 0),
            ("a group header fits one aligned block", groupHeaderBytes < alignment),
            ("the largest frame fits the frame limit", largestFrame <= frameBytesMax),
            ("a frame fits one memory block", frameBytesMax <= Block.byteCount),
            ("a record's length fits its entry", recordBytesMax <= LengthEntry.bytesMask),
            ("the largest record fits one set", recordBytesMax / partPayloadBytesMax < partsMax),
            ("positions in a file fit 32 bits", fileBytesMax <= Int(UInt32.max)),
            ("the smallest file holds a header and a group", fileBytesMin >= 4 * alignment),
            ("a name's length fits its field", nameBytesMax <= Int(UInt16.max)),
        ]
        return relations.first { !$0.1 }?.0
    }
}
