/// Where one part of a stream lies in the journal, and which records begin there. 32 bytes.
///
/// Its length is not kept: it ends where the next extent, or the stream's tail, begins.
struct Extent {
    /// The LSN of the last part of its set: readers see it when that is durable.
    var lsn: UInt64
    /// The number of the journal file.
    var file: UInt32
    /// The position of the payload's first byte in the file.
    var byte: UInt32
    /// The number of the first record that starts here, and the boundary flag in the top bit.
    private var flaggedRecord: UInt64
    /// The position in the stream of the first payload byte.
    var firstByte: UInt64

    private static let boundaryFlag: UInt64 = 1 << 63

    /// An extent; `isBoundary` says that its first byte is the first byte of a record.
    init(
        lsn: UInt64, file: UInt32, byte: UInt32, firstRecord: UInt64, firstByte: UInt64,
        isBoundary: Bool
    ) {
        self.lsn = lsn
        self.file = file
        self.byte = byte
        self.flaggedRecord = firstRecord | (isBoundary ? Self.boundaryFlag : 0)
        self.firstByte = firstByte
    }

    /// The number of the first data record that starts here, or would start next.
    var firstRecord: UInt64 { flaggedRecord & ~Self.boundaryFlag }

    /// True when no record of an earlier part continues here.
    var isBoundary: Bool { flaggedRecord & Self.boundaryFlag != 0 }

    /// The position where it begins; a record boundary only if `isBoundary`.
    var start: StreamPosition { StreamPosition(record: firstRecord, byte: firstByte) }
}
