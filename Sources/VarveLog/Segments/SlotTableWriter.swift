import VarveBytes

/// Collects the slots of a table block by block; finished blocks go to a spill buffer.
struct SlotTableWriter: ~Copyable {
    private let seed: SegmentSeed
    private let id: UInt64
    private let fullBytes: Int
    private let slotBytes: Int
    private var block = ByteWriter()
    private let spill: SpillBuffer
    /// What is added to the place of a block in the table, to make the place its checksum has.
    private var base: UInt64 = 0
    /// How many slots there are.
    private(set) var count = 0

    /// An empty table of slots of `slotBytes` bytes.
    init(slotBytes: Int, seed: SegmentSeed, id: UInt64, spill: SpillBuffer) {
        self.slotBytes = slotBytes
        self.seed = seed
        self.id = id
        self.spill = spill
        fullBytes = SlotTable.fullBlockBytes(slotBytes: slotBytes) - SegmentFormat.checksumBytes
    }

    /// Forgets all slots; the places of the next ones count from `base`.
    mutating func begin(at base: UInt64) throws(LogError) {
        self.base = base
        count = 0
        block.clear()
        try spill.clear()
    }

    /// Adds a slot of two 64-bit numbers.
    mutating func add(_ first: UInt64, _ second: UInt64) throws(LogError) {
        precondition(slotBytes == 16, "the table's slots have two numbers")
        block.append(first)
        block.append(second)
        try finishSlot()
    }

    /// Adds a slot of four 64-bit numbers.
    mutating func add(
        _ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64
    ) throws(LogError) {
        precondition(slotBytes == 32, "the table's slots have four numbers")
        block.append(first)
        block.append(second)
        block.append(third)
        block.append(fourth)
        try finishSlot()
    }

    /// Gives out the whole table.
    mutating func drain(
        _ body: (UnsafeRawBufferPointer) throws(LogError) -> Void
    ) throws(LogError) {
        try seal()
        try spill.drain(body)
    }

    private mutating func finishSlot() throws(LogError) {
        count += 1
        if block.count == fullBytes { try seal() }
    }

    private mutating func seal() throws(LogError) {
        guard block.count > 0 else { return }
        let place = base + UInt64(spill.count)
        block.append(seed.checksum(block.bytes, id: id, place: place))
        try spill.append(block.bytes)
        block.clear()
    }
}
