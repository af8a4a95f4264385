/// One interval of a run as the table of checkpoints has it: where it begins in the stream, in the
/// stored bytes, and where its block lies.
struct CheckpointSlot {
    /// The number of the interval, from 0.
    let index: Int
    /// Where it begins in the stream.
    let start: StreamPosition
    /// How many stored bytes of the run lie before it.
    let storedOffset: UInt64
    /// Where its block begins among the run's blocks.
    let blockOffset: UInt64
    /// The bytes of its block, the checksum included.
    let blockBytes: Int

    private static let lengthBits: UInt64 = 20

    /// The two numbers of a block in one word.
    static func packed(blockOffset: UInt64, blockBytes: Int) -> UInt64 {
        blockOffset << lengthBits | UInt64(blockBytes)
    }

    /// The only interval of a run without a table.
    init(onlyOf run: SettledRun) {
        index = 0
        start = run.start
        storedOffset = 0
        blockOffset = 0
        blockBytes = Int(clamping: run.blocksBytes)
    }

    /// The interval `index` as its block of the table has it.
    init(_ index: Int, in block: SlotTableReader.Block) {
        self.index = index
        start = StreamPosition(record: block.word(0, of: index), byte: block.word(1, of: index))
        storedOffset = block.word(2, of: index)
        let packed = block.word(3, of: index)
        blockOffset = packed >> Self.lengthBits
        blockBytes = Int(packed & (1 << Self.lengthBits - 1))
    }

    /// True when everything lies within the run.
    func isInside(_ run: SettledRun) -> Bool {
        start.record >= run.firstRecord && start.record <= run.end.record
            && start.byte >= run.firstByte && start.byte <= run.end.byte
            && storedOffset <= run.storedBytes && blockOffset <= run.blocksBytes
            && UInt64(blockBytes) <= run.blocksBytes - blockOffset
            && blockBytes <= SegmentFormat.intervalBlockBytesMax
            && blockBytes > SegmentFormat.checksumBytes
            && (index > 0 || start == run.start && storedOffset == 0)
            && (run.encoding != .none || storedOffset == start.byte - run.firstByte)
    }
}
