import VarveBytes

/// Reads a table of slots of 64-bit numbers, block by block.
struct SlotTableReader {
    /// The segment that has the table.
    let file: SegmentFile
    /// Where the table begins in the file.
    let offset: UInt64
    /// How many slots there are; the table was found to lie within the file.
    let count: Int
    /// The bytes of one slot.
    let slotBytes: Int
    /// What kind of table it is.
    let seed: SegmentSeed
    /// What is added to a block's place in the table to make the place its checksum has.
    let base: UInt64

    /// A block whose checksum is right.
    struct Block {
        /// The number of its first slot.
        let first: Int
        /// How many slots it has.
        let count: Int
        fileprivate let slotBytes: Int
        fileprivate let piece: CheckedPiece

        /// The number at `word` of the slot with the number `index` in the whole table.
        func word(_ word: Int, of index: Int) -> UInt64 {
            precondition(index >= first && index < first + count, "a slot of this block")
            return piece.withBytes {
                $0.start.loadLittleEndian(
                    (index - first) * slotBytes + 8 * word)
            }
        }
    }

    /// The number of blocks.
    var blockCount: Int { (count + perBlock - 1) / perBlock }

    private var perBlock: Int { SlotTable.slotsPerBlock(slotBytes: slotBytes) }

    /// The block that has the slot `index`; nil when reading it would wait and may not.
    func block(of index: Int, blocking: Bool) throws(LogError) -> Block? {
        let first = index / perBlock * perBlock
        let count = min(perBlock, self.count - first)
        let size = count * slotBytes
        let place = UInt64(first / perBlock * SlotTable.fullBlockBytes(slotBytes: slotBytes))
        let whole = size + SegmentFormat.checksumBytes
        guard
            let piece = try file.checkedPiece(
                at: offset + place, count: whole, seed: seed, place: base + place,
                detail: "a block of a table", blocking: blocking)
        else { return nil }
        return Block(first: first, count: count, slotBytes: slotBytes, piece: piece)
    }

    /// The last slot whose number at `word` is at most `limit`, where these numbers ascend; nil
    /// when that would wait for a disk and may not. The index is -1 when even the first is larger.
    ///
    /// - Parameter guess: a slot near which it may be; a good one needs one block.
    func last(
        word: Int, atMost limit: UInt64, guess: Int, blocking: Bool
    ) throws(LogError) -> (index: Int, block: Block?)? {
        var low = 0
        var high = blockCount
        var found: (index: Int, block: Block?) = (-1, nil)
        var probe = min(max(0, guess), count - 1) / perBlock
        var isNear = true
        while low < high {
            guard let block = try block(of: probe * perBlock, blocking: blocking) else {
                return nil
            }
            if block.word(word, of: block.first) > limit {
                high = probe
                probe = isNear ? probe - 1 : low + (high - low) / 2
            } else {
                let index = last(in: block, word: word, atMost: limit)
                found = (index, block)
                guard index == block.first + block.count - 1 else { break }
                low = probe + 1
                probe = isNear ? low : low + (high - low) / 2
            }
            isNear = false
            if probe < low || probe >= high { probe = low + (high - low) / 2 }
        }
        return found
    }

    /// The last slot of a block, whose first slot is one, that has at most `limit`.
    private func last(in block: Block, word: Int, atMost limit: UInt64) -> Int {
        var low = block.first
        var high = block.first + block.count
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if block.word(word, of: middle) <= limit { low = middle } else { high = middle }
        }
        return low
    }
}
