import VarveBytes

/// The layout of a table of slots of one size, in blocks of up to 4096 bytes that each end with
/// their checksum.
///
/// All blocks but the last are full, so a slot's place follows from its number.
enum SlotTable {
    /// How many slots a full block has.
    static func slotsPerBlock(slotBytes: Int) -> Int {
        (SegmentFormat.tableBlockBytes - SegmentFormat.checksumBytes) / slotBytes
    }

    /// The bytes of a full block.
    static func fullBlockBytes(slotBytes: Int) -> Int {
        slotsPerBlock(slotBytes: slotBytes) * slotBytes + SegmentFormat.checksumBytes
    }

    /// The bytes of a table; `count` is below 2^56.
    static func byteCount(of count: UInt64, slotBytes: Int) -> UInt64 {
        let perBlock = UInt64(slotsPerBlock(slotBytes: slotBytes))
        let blocks = (count + perBlock - 1) / perBlock
        return count * UInt64(slotBytes) + blocks * UInt64(SegmentFormat.checksumBytes)
    }
}
