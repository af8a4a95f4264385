import VarveBytes
import VarvePlatform

/// Changes the blocks of an encrypted file.
///
/// A block that is written for the first time, or over nothing but zeros, or as a whole, is sealed
/// and put in its place. One of which older bytes must stay is first copied to a redo slot, so that
/// a torn write does not take them along.
///
/// Thread rule: under the lock of the file's changes.
final class BlockWriter {
    private let file: SealedFile
    private let key: EncryptionKey
    private let random: any RandomSource
    private let observer: NonceObserver?
    private var slots: RedoSlots
    /// How many blocks the file has.
    private(set) var blockCount: UInt64
    private var space: NonceSpace?
    /// Blocks written in part since the last sync that held nothing before: no sync has promised
    /// any of their bytes. Forgetting one costs a sync, so only a few are kept.
    private var fresh: Set<UInt64> = []
    private static let freshMax = 64
    private var scratch: BlockScratch?
    /// The sealed blocks in the scratch memory that wait to be put in place.
    private var runStart: UInt64 = 0
    private var runCount = 0
    private var isPrepared = false

    init(
        _ file: SealedFile, key: EncryptionKey, random: any RandomSource,
        observer: NonceObserver?, slots: RedoSlots, blockCount: UInt64
    ) {
        self.file = file
        self.key = key
        self.random = random
        self.observer = observer
        self.slots = slots
        self.blockCount = blockCount
    }

    /// Makes sure that no nonce of before is used again.
    func moveToFreshSpace() { space = nil }

    /// Stores the bytes of `vectors`, `count` in all, from `offset` on.
    func write(
        _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, count: Int, at offset: UInt64
    ) throws(StorageError) {
        guard count > 0 else { return }
        let keys = try prepare()
        let blockBytes = UInt64(EncryptedFormat.blockBytes)
        let end = offset + UInt64(count)
        let blocks = Int((end - 1) / blockBytes - offset / blockBytes) + 1
        let scratch = scratch(for: blocks)
        var cursor = VectorCursor(vectors)
        var position = offset
        runCount = 0
        while position < end {
            let block = position / blockBytes
            let start = Int(position % blockBytes)
            let size = Int(min(blockBytes - UInt64(start), end - position))
            if size == EncryptedFormat.blockBytes, !slots.mentions(block) {
                let plain = cursor.next(size, using: scratch.plain)
                try addToRun(plain, length: size, block, keys, scratch)
            } else {
                try rewrite(block, from: start, size, &cursor, keys, scratch)
            }
            position += UInt64(size)
        }
        try placeRun(scratch)
    }

    /// Removes everything from `size` on; there is at least that much.
    func truncate(to size: UInt64) throws(StorageError) {
        let keys = try prepare()
        moveToFreshSpace()
        let blockBytes = UInt64(EncryptedFormat.blockBytes)
        let kept = Int(size % blockBytes)
        let count = (size + blockBytes - 1) / blockBytes
        let scratch = scratch(for: 1)
        runCount = 0
        if kept > 0 { _ = try file.contents(of: count - 1, into: scratch.plain) }
        try file.placing.write { () throws(StorageError) in
            try file.base.truncate(to: EncryptedFormat.place(ofBlock: count))
        }
        blockCount = count
        fresh = fresh.filter { $0 < count }
        guard kept > 0 else { return }
        let plain = scratch.plain
        UnsafeMutableRawBufferPointer(rebasing: plain[kept...]).initializeMemory(
            as: UInt8.self, repeating: 0)
        try rewriteProtected(count - 1, plain, length: kept, keys, scratch)
    }

    /// Makes everything durable; the slots are no longer needed then.
    func sync() throws(StorageError) {
        try file.base.sync()
        fresh = []
        if isPrepared { try slots.release(in: file.base) }
    }

    // MARK: Blocks

    /// Writes a part of a block, or a block of which a slot has a copy.
    private func rewrite(
        _ block: UInt64, from start: Int, _ size: Int, _ cursor: inout VectorCursor,
        _ keys: FileKeys, _ scratch: BlockScratch
    ) throws(StorageError) {
        let plain = scratch.plain
        var length = 0
        var isAtRisk = slots.mentions(block)
        if block < blockCount, size < EncryptedFormat.blockBytes {
            length = try file.contents(of: block, into: plain)
            isAtRisk = isAtRisk || plain.contains { $0 != 0 }
        } else {
            plain.initializeMemory(as: UInt8.self, repeating: 0)
        }
        cursor.copy(into: UnsafeMutableRawBufferPointer(rebasing: plain[start..<start + size]))
        length = max(length, start + size)
        guard isAtRisk else {
            if fresh.count < Self.freshMax { fresh.insert(block) }
            return try addToRun(UnsafeRawBufferPointer(plain), length: length, block, keys, scratch)
        }
        try placeRun(scratch)
        try rewriteProtected(block, plain, length: length, keys, scratch)
    }

    /// Puts a new version of a block in its place that a torn write cannot destroy.
    private func rewriteProtected(
        _ block: UInt64, _ plain: UnsafeMutableRawBufferPointer, length: Int, _ keys: FileKeys,
        _ scratch: BlockScratch
    ) throws(StorageError) {
        try addToRun(UnsafeRawBufferPointer(plain), length: length, block, keys, scratch)
        try slots.protect(
            block, scratch.sealed(0), isPromised: !fresh.contains(block), in: file.base)
        try placeRun(scratch)
    }

    /// Seals a block behind those that wait.
    private func addToRun(
        _ plain: UnsafeRawBufferPointer, length: Int, _ block: UInt64, _ keys: FileKeys,
        _ scratch: BlockScratch
    ) throws(StorageError) {
        if runCount == scratch.blocksMax { try placeRun(scratch) }
        if runCount == 0 { runStart = block }
        do throws(CryptoFailure) {
            if space?.isExhausted ?? true { space = try NonceSpace(keys: keys, random: random) }
            try space?.seal(
                plain, length: length, block: block, of: keys.fileID, observer: observer,
                into: scratch.sealedPlace(runCount))
        } catch {
            throw StorageError(error, path: file.name)
        }
        runCount += 1
    }

    /// Puts the blocks that wait in their place.
    private func placeRun(_ scratch: BlockScratch) throws(StorageError) {
        guard runCount > 0 else { return }
        let place = EncryptedFormat.place(ofBlock: runStart)
        let sealed = UnsafeRawBufferPointer(scratch.sealedRun(runCount))
        try file.placing.write { () throws(StorageError) in
            try fill(to: place)
            try file.base.write(sealed, at: place)
        }
        blockCount = max(blockCount, runStart + UInt64(runCount))
        runCount = 0
    }

    /// Completes a last block that a loss of power cut: the file below takes no holes.
    private func fill(to place: UInt64) throws(StorageError) {
        let size = file.base.size
        guard size < place else { return }
        let zeros = [UInt8](repeating: 0, count: Int(place - size))
        let outcome = zeros.withUnsafeBytes { zeros in
            Result { () throws(StorageError) in try file.base.append(zeros) }
        }
        _ = try outcome.get()
    }

    private func scratch(for blocks: Int) -> BlockScratch {
        if let scratch, scratch.blocksMax >= min(blocks, EncryptedFormat.runBlocksMax) {
            return scratch
        }
        let made = BlockScratch(blocks: blocks)
        scratch = made
        return made
    }

    // MARK: Preparation

    /// Before the first change: a header for a new file, torn blocks put back for an old one.
    private func prepare() throws(StorageError) -> FileKeys {
        guard let keys = file.keys else {
            let keys = try makeHeader()
            file.setKeys(keys)
            isPrepared = true
            return keys
        }
        if !isPrepared {
            try putBack()
            isPrepared = true
        }
        return keys
    }

    private func makeHeader() throws(StorageError) -> FileKeys {
        let base = file.base
        if base.size > 0 { try base.truncate(to: 0) }
        let keys: FileKeys
        do throws(CryptoFailure) {
            keys = try FileKeys(master: key, fileID: SixteenBytes(random))
        } catch {
            throw StorageError(error, path: file.name)
        }
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: EncryptedFormat.dataStart, alignment: 16)
        defer { block.deallocate() }
        block.initializeMemory(as: UInt8.self, repeating: 0)
        EncryptedHeader(fileID: keys.fileID, keyCheck: keys.keyCheck).encode(
            into: UnsafeMutableRawBufferPointer(rebasing: block[..<EncryptedFormat.headerBytes]))
        _ = try base.append(UnsafeRawBufferPointer(block))
        // Whoever finds a block finds the header too, whatever a loss of power takes.
        try base.sync()
        return keys
    }

    private func putBack() throws(StorageError) {
        let torn = file.sparedBlocks
        for (block, sealed) in torn {
            let outcome = sealed.withUnsafeBytes { sealed in
                Result { () throws(StorageError) in
                    try file.placing.write { () throws(StorageError) in
                        let place = EncryptedFormat.place(ofBlock: block)
                        try fill(to: place)
                        try file.base.write(sealed, at: place)
                    }
                }
            }
            try outcome.get()
        }
        if !torn.isEmpty { try file.base.sync() }
        file.spare([:])
        try slots.release(in: file.base)
    }
}
