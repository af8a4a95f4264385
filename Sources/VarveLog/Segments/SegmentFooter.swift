import VarveBytes

/// The last 4096 bytes of a segment: where its areas lie and what they hold
/// (`docs/segment-format.md`, "Footer").
package struct SegmentFooter: Hashable, Sendable {
    /// Bytes of the data area, which begins behind the header: runs and their blocks.
    package var dataBytes: UInt64 = 0
    /// Bytes of the checksums of the data, behind the data.
    package var checksumsBytes: UInt64 = 0
    /// Bytes of the streams' entries, behind the checksums.
    package var streamsBytes: UInt64 = 0
    /// The number of groups that the entries are in; their table stands behind the entries.
    package var groupCount: UInt64 = 0
    /// The number of streams.
    package var streamCount: UInt64 = 0
    /// The number of streams that have a run.
    package var runCount: UInt64 = 0
    /// The number of data records in all runs.
    package var recordCount: UInt64 = 0
    /// The bytes of all runs as their streams count them.
    package var byteCount: UInt64 = 0
    /// The bytes of all runs as they are stored.
    package var storedBytes: UInt64 = 0
    /// The numbers of the segments that this one takes the place of, ascending.
    package var superseded: [UInt32] = []
    /// The signature over the streams' heads; nil when the segment is not signed.
    package var signature: CutSignature?

    private static let countersOffset = 72
    private static let signatureOffset = 128
    private static let supersededOffset = 256
    private static let checksumOffset = SegmentFormat.footerBytes - 4

    /// A footer of a segment without streams.
    init() {}

    /// Where the checksums of the data begin.
    var checksumsOffset: UInt64 { SegmentFormat.dataOffset + dataBytes }
    /// Where the streams' entries begin.
    var streamsOffset: UInt64 { checksumsOffset + checksumsBytes }
    /// Where the table of groups begins.
    var tableOffset: UInt64 { streamsOffset + streamsBytes }
    /// The number of blocks of the data area.
    var blockCount: UInt64 {
        (dataBytes + UInt64(SegmentFormat.blockBytes) - 1) / UInt64(SegmentFormat.blockBytes)
    }
    /// Where the footer itself begins.
    var offset: UInt64 {
        tableOffset
            + SlotTable.byteCount(of: groupCount, slotBytes: SegmentFormat.groupSlotBytes)
    }

    /// Reads the footer at `offset` of the segment with `header`; nil when it is damaged, or
    /// contradicts the header or the file's size.
    init?(_ block: UnsafeRawBufferPointer, at offset: UInt64, header: SegmentHeader) {
        precondition(block.count == SegmentFormat.footerBytes, "a footer fills one block")
        let base = block.start
        let covered = UnsafeRawBufferPointer(rebasing: block[..<Self.checksumOffset])
        let checksum = SegmentSeed.footer.checksum(covered, id: header.id, place: offset)
        guard base.loadLittleEndian(0, as: UInt64.self) == SegmentFormat.footerMagic,
            base.loadLittleEndian(Self.checksumOffset, as: UInt32.self) == checksum,
            base.loadLittleEndian(8, as: UInt32.self) == SegmentFormat.version,
            base.loadLittleEndian(12, as: UInt32.self) == UInt32(SegmentFormat.footerBytes),
            base.loadLittleEndian(16, as: UInt64.self) == UInt64(header.number),
            base.loadLittleEndian(24, as: UInt64.self) == header.id,
            base.loadLittleEndian(32, as: UInt64.self) == header.first.rawValue,
            base.loadLittleEndian(40, as: UInt64.self) == header.last.rawValue
        else { return nil }
        dataBytes = base.loadLittleEndian(48)
        checksumsBytes = base.loadLittleEndian(56)
        streamsBytes = base.loadLittleEndian(64)
        groupCount = base.loadLittleEndian(Self.countersOffset)
        streamCount = base.loadLittleEndian(Self.countersOffset + 8)
        runCount = base.loadLittleEndian(Self.countersOffset + 16)
        recordCount = base.loadLittleEndian(Self.countersOffset + 24)
        byteCount = base.loadLittleEndian(Self.countersOffset + 32)
        storedBytes = base.loadLittleEndian(Self.countersOffset + 40)
        let count = Int(base.loadLittleEndian(Self.countersOffset + 48, as: UInt32.self))
        guard count <= SegmentFormat.supersededMax else { return nil }
        superseded = (0..<count).map { base.loadLittleEndian(Self.supersededOffset + 4 * $0) }
        let signatureEnd = Self.signatureOffset + CutSignature.byteCount
        signature = CutSignature(
            loadingFrom: UnsafeRawBufferPointer(
                rebasing: block[Self.signatureOffset..<signatureEnd]))
        let padding = [
            Self.countersOffset + 52..<Self.signatureOffset,
            signatureEnd..<Self.supersededOffset,
            Self.supersededOffset + 4 * count..<Self.checksumOffset,
        ]
        // Sizes above the file's own are refused before they are added up.
        guard [dataBytes, checksumsBytes, streamsBytes, groupCount].allSatisfy({ $0 <= offset }),
            offset <= SegmentFormat.fileBytesMax, self.offset == offset,
            checksumsBytes == blockCount * UInt64(SegmentFormat.checksumBytes),
            runCount <= streamCount, groupCount <= streamCount,
            (streamCount == 0) == (groupCount == 0), (groupCount == 0) == (streamsBytes == 0),
            zip(superseded, superseded.dropFirst()).allSatisfy({ $0 < $1 }),
            padding.allSatisfy({ block[$0].allSatisfy { $0 == 0 } })
        else { return nil }
    }

    /// Writes the footer, which will stand at its own offset, to a block of 4096 bytes.
    func encode(into block: UnsafeMutableRawBufferPointer, header: SegmentHeader) {
        precondition(block.count == SegmentFormat.footerBytes, "a footer fills one block")
        precondition(superseded.count <= SegmentFormat.supersededMax, "checked by the writer")
        let base = block.start
        base.initializeMemory(as: UInt8.self, repeating: 0, count: block.count)
        base.storeLittleEndian(SegmentFormat.footerMagic, at: 0)
        base.storeLittleEndian(SegmentFormat.version, at: 8)
        base.storeLittleEndian(UInt32(SegmentFormat.footerBytes), at: 12)
        base.storeLittleEndian(UInt64(header.number), at: 16)
        base.storeLittleEndian(header.id, at: 24)
        base.storeLittleEndian(header.first.rawValue, at: 32)
        base.storeLittleEndian(header.last.rawValue, at: 40)
        let numbers = [
            dataBytes, checksumsBytes, streamsBytes, groupCount, streamCount, runCount, recordCount,
            byteCount, storedBytes,
        ]
        for (index, number) in numbers.enumerated() {
            base.storeLittleEndian(number, at: 48 + 8 * index)
        }
        base.storeLittleEndian(UInt32(superseded.count), at: Self.countersOffset + 48)
        for (index, number) in superseded.enumerated() {
            base.storeLittleEndian(number, at: Self.supersededOffset + 4 * index)
        }
        signature?.store(to: base + Self.signatureOffset)
        let covered = UnsafeRawBufferPointer(start: base, count: Self.checksumOffset)
        let checksum = SegmentSeed.footer.checksum(covered, id: header.id, place: offset)
        base.storeLittleEndian(checksum, at: Self.checksumOffset)
    }
}
