/// The numbers of the format of encrypted files; `docs/format.md`, "Encrypted files".
enum EncryptedFormat {
    /// The first bytes of every encrypted file. Persisted.
    static let magic: StaticString = "VARVEENC"
    /// Persisted.
    static let version: UInt32 = 1
    /// Bytes of the file header.
    static let headerBytes = 4096
    /// Bytes of contents in one block.
    static let blockBytes = 4096
    /// Bytes before the contents of a block: nonce space, counter, length, zero, tag.
    static let blockHeaderBytes = 48
    /// Bytes of a block on disk.
    static let sealedBytes = blockHeaderBytes + blockBytes
    /// Bytes of a redo slot: block number, sequence, a block.
    static let slotBytes = 16 + sealedBytes
    /// How many redo slots there are.
    static let slotCount = 2
    /// Where the first block begins.
    static let dataStart = headerBytes + slotCount * slotBytes
    /// The most blocks that are read or written at a time.
    static let runBlocksMax = 64
    /// The most bytes that are decrypted on a thread that must not wait: about 20 us of work.
    static let immediateBytesMax = 16 << 10
    /// The highest number of a block: what keeps every position within 64 bits.
    static let blockNumberMax = (UInt64(1) << 62) / UInt64(sealedBytes)
    /// The most blocks that one nonce space seals; a fresh one is drawn after them.
    static let blocksPerSpaceMax = UInt64(1) << 32

    /// Where block `number` lies in the file.
    static func place(ofBlock number: UInt64) -> UInt64 {
        UInt64(dataStart) + number * UInt64(sealedBytes)
    }

    /// Where redo slot `index` lies in the file.
    static func place(ofSlot index: Int) -> UInt64 {
        UInt64(headerBytes + index * slotBytes)
    }

    /// How many blocks, whole or cut, a file of `bytes` has.
    static func blockCount(inFileOf bytes: UInt64) -> UInt64 {
        guard bytes > UInt64(dataStart) else { return 0 }
        return (bytes - UInt64(dataStart) + UInt64(sealedBytes) - 1) / UInt64(sealedBytes)
    }
}
