import VarveBytes
import VarvePlatform

/// A supply of nonces that nobody used before: a random id, hence a key of its own, and a counter.
///
/// Nothing of it has to be remembered over a crash: whoever opens the file draws another. The same
/// holds for a file restored from a copy.
struct NonceSpace {
    private let id: SixteenBytes
    private let cipher: AES256GCM
    private let key: SHA256Digest
    private(set) var used: UInt64 = 0

    /// A space that was never used.
    init(keys: FileKeys, random: any RandomSource) throws(CryptoFailure) {
        id = SixteenBytes(random)
        let key = try keys.key(of: id)
        cipher = try AES256GCM(key: key)
        self.key = key.withUnsafeBytes { SHA256Hasher.hash($0) }
    }

    /// True when another space must be drawn.
    var isExhausted: Bool { used >= EncryptedFormat.blocksPerSpaceMax }

    /// Seals one block of contents, zero behind `length`, into `output` of `sealedBytes`.
    mutating func seal(
        _ plain: UnsafeRawBufferPointer, length: Int, block: UInt64, of fileID: SixteenBytes,
        observer: NonceObserver?, into output: UnsafeMutableRawBufferPointer
    ) throws(CryptoFailure) {
        precondition(!isExhausted, "a space ends before its counter")
        let counter = used
        used += 1
        observer?(NonceUse(key: key, counter: counter))
        let base = output.start
        id.store(to: base)
        base.storeLittleEndian(counter, at: 16)
        base.storeLittleEndian(UInt32(length), at: 24)
        base.storeLittleEndian(UInt32(0), at: 28)
        let sealed = UnsafeMutableRawBufferPointer(
            rebasing: output[EncryptedFormat.blockHeaderBytes...])
        let binding = BlockBinding(fileID: fileID, block: block, length: UInt32(length))
        try binding.withUnsafeBytes { (associated) throws(CryptoFailure) in
            try BlockBinding.withNonce(counter) { (nonce) throws(CryptoFailure) in
                try cipher.seal(
                    plain, nonce: nonce, associated: associated, into: sealed, tag: base + 32)
            }
        }
    }
}
