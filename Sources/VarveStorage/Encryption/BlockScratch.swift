/// Memory for a run of sealed blocks and for the contents of one.
///
/// Thread rule: one thread at a time.
final class BlockScratch {
    /// How many sealed blocks fit.
    let blocksMax: Int
    private let memory: UnsafeMutableRawBufferPointer

    /// Room for `blocks`, or for `runBlocksMax` if that is less.
    init(blocks: Int) {
        blocksMax = max(1, min(blocks, EncryptedFormat.runBlocksMax))
        memory = .allocate(
            byteCount: blocksMax * EncryptedFormat.sealedBytes + EncryptedFormat.blockBytes,
            alignment: 16)
    }

    deinit {
        // Contents of an encrypted file do not stay behind in free memory.
        plain.initializeMemory(as: UInt8.self, repeating: 0)
        memory.deallocate()
    }

    /// The first `count` sealed blocks.
    func sealedRun(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            rebasing: memory[..<(count * EncryptedFormat.sealedBytes)])
    }

    /// Sealed block `index`, to be read.
    func sealed(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(sealedPlace(index))
    }

    /// Sealed block `index`, to be filled.
    func sealedPlace(_ index: Int) -> UnsafeMutableRawBufferPointer {
        let start = index * EncryptedFormat.sealedBytes
        return UnsafeMutableRawBufferPointer(
            rebasing: memory[start..<start + EncryptedFormat.sealedBytes])
    }

    /// Room for the contents of one block.
    var plain: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            rebasing: memory[(blocksMax * EncryptedFormat.sealedBytes)...])
    }
}
