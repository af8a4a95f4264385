import VarveBytes

/// The first 4096 bytes of a segment (`docs/segment-format.md`, "Header").
package struct SegmentHeader: Hashable, Sendable {
    /// The segment's number, as in its name.
    package let number: UInt32
    /// The segment's random identity; seeds every checksum in it.
    package let id: UInt64
    /// The first LSN it settles: the one after the previous cut.
    package let first: LSN
    /// The last LSN it settles: its own cut.
    package let last: LSN
    /// Where the journal goes on behind the cut.
    package let cut: JournalCut
    /// When it was written, on the wall clock.
    package let wallMilliseconds: UInt64

    private static let checksumOffset = SegmentFormat.headerBytes - 4

    /// Why a block is not a header of this format.
    enum Failure: Error, Equatable {
        /// The first bytes are not the magic.
        case notASegment
        /// The checksum, a constant or the padding is wrong.
        case damaged
        /// A valid header of another format.
        case otherVersion(UInt32)
    }

    /// A header of the segment that settles `first` to `last`, both included.
    package init(
        number: UInt32, id: UInt64, first: LSN, last: LSN, cut: JournalCut,
        wallMilliseconds: UInt64
    ) {
        self.number = number
        self.id = id
        self.first = first
        self.last = last
        self.cut = cut
        self.wallMilliseconds = wallMilliseconds
    }

    /// Reads and checks a header.
    init(_ block: UnsafeRawBufferPointer) throws(Failure) {
        precondition(block.count == SegmentFormat.headerBytes, "a header fills one block")
        let base = block.start
        guard base.loadLittleEndian(0, as: UInt64.self) == SegmentFormat.headerMagic else {
            throw .notASegment
        }
        let covered = UnsafeRawBufferPointer(rebasing: block[..<Self.checksumOffset])
        guard base.loadLittleEndian(Self.checksumOffset, as: UInt32.self) == CRC32C.value(covered)
        else { throw .damaged }
        let version = base.loadLittleEndian(8, as: UInt32.self)
        guard version == SegmentFormat.version else { throw .otherVersion(version) }
        let number = base.loadLittleEndian(16, as: UInt64.self)
        self.init(
            number: UInt32(truncatingIfNeeded: number), id: base.loadLittleEndian(24),
            first: LSN(base.loadLittleEndian(32)), last: LSN(base.loadLittleEndian(40)),
            cut: JournalCut(
                fileNumber: base.loadLittleEndian(48), fileID: base.loadLittleEndian(56),
                byte: base.loadLittleEndian(64)),
            wallMilliseconds: base.loadLittleEndian(72))
        guard
            base.loadLittleEndian(12, as: UInt32.self) == UInt32(SegmentFormat.headerBytes),
            number >= 1, number <= UInt64(UInt32.max), first.rawValue >= 1, first <= last,
            block[80..<Self.checksumOffset].allSatisfy({ $0 == 0 })
        else { throw .damaged }
    }

    /// Writes the header to a block of 4096 bytes.
    func encode(into block: UnsafeMutableRawBufferPointer) {
        precondition(block.count == SegmentFormat.headerBytes, "a header fills one block")
        let base = block.start
        base.initializeMemory(as: UInt8.self, repeating: 0, count: block.count)
        base.storeLittleEndian(SegmentFormat.headerMagic, at: 0)
        base.storeLittleEndian(SegmentFormat.version, at: 8)
        base.storeLittleEndian(UInt32(SegmentFormat.headerBytes), at: 12)
        base.storeLittleEndian(UInt64(number), at: 16)
        base.storeLittleEndian(id, at: 24)
        base.storeLittleEndian(first.rawValue, at: 32)
        base.storeLittleEndian(last.rawValue, at: 40)
        base.storeLittleEndian(cut.fileNumber, at: 48)
        base.storeLittleEndian(cut.fileID, at: 56)
        base.storeLittleEndian(cut.byte, at: 64)
        base.storeLittleEndian(wallMilliseconds, at: 72)
        let covered = UnsafeRawBufferPointer(start: base, count: Self.checksumOffset)
        base.storeLittleEndian(CRC32C.value(covered), at: Self.checksumOffset)
    }
}
