/// The newest part of the journal in memory: what reads are served from without a disk.
///
/// Blocks with frames that are not written yet are never dropped; of the others the newest are kept
/// up to the limit. Thread rule: everything under the journal's lock.
struct BlockWindow {
    /// How many blocks are kept for another use.
    private static let idleBlocksMax = 4

    private let blocksMax: Int
    private var blocks: ContiguousArray<Block> = []
    private var idle: ContiguousArray<Block> = []

    /// A window over the newest `bytes` bytes, at least one block.
    init(bytes: Int) {
        blocksMax = max(1, bytes / Block.byteCount)
    }

    /// The bytes of memory held.
    var memoryBytes: Int { (blocks.count + idle.count) * Block.byteCount }

    /// Takes memory for a frame behind all others: where it begins in a block.
    mutating func take(
        _ count: Int, file: UInt32, byte: UInt32, lsn: UInt64
    ) -> (block: Block, start: Int) {
        if let block = blocks.last, block.room >= count {
            return (block, block.take(count, file: file, byte: byte, lsn: lsn))
        }
        let block = idle.popLast() ?? Block()
        blocks.append(block)
        return (block, block.take(count, file: file, byte: byte, lsn: lsn))
    }

    /// Drops the oldest blocks above the limit whose frames are all written.
    mutating func evict(writtenThrough lsn: UInt64) {
        while blocks.count > blocksMax, blocks[0].lastLSN <= lsn {
            var block = blocks.removeFirst()
            // A reader that still sends from it keeps it alive and frees it.
            guard idle.count < Self.idleBlocksMax, isKnownUniquelyReferenced(&block) else {
                continue
            }
            block.reset()
            idle.append(block)
        }
    }

    /// The block that has `count` bytes at `byte` of `file`, and where they begin in it.
    ///
    /// Nil when they are not in memory, or not in one piece.
    func find(
        file: UInt32, byte: UInt32, count: Int
    ) -> (block: Block, start: Int)? {
        let key = Block.key(file, byte)
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].firstKey <= key { low = middle + 1 } else { high = middle }
        }
        guard low > 0, let start = blocks[low - 1].start(file: file, byte: byte, count: count)
        else { return nil }
        return (blocks[low - 1], start)
    }
}
