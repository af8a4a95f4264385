import VarveBytes

/// Opens sealed blocks, one after the other; keeps the cipher between blocks of one nonce space.
///
/// Thread rule: one thread.
struct BlockOpener {
    /// What a sealed block is.
    enum Outcome: Equatable {
        /// The contents are there: so many bytes, and zeros behind them.
        case contents(length: Int)
        /// Not a block of this file at this place, as it was written.
        case refused(detail: String)
    }

    private let keys: FileKeys
    private var space: SixteenBytes?
    private var cipher: AES256GCM?

    /// An opener for the blocks of one file.
    init(_ keys: FileKeys) {
        self.keys = keys
    }

    /// Opens block `number` into `plain`, which has room for a block's contents.
    mutating func open(
        _ sealed: UnsafeRawBufferPointer, block number: UInt64,
        into plain: UnsafeMutableRawBufferPointer
    ) throws(CryptoFailure) -> Outcome {
        let base = sealed.start
        let id = SixteenBytes(loadingFrom: base)
        let counter = base.loadLittleEndian(16, as: UInt64.self)
        let length = base.loadLittleEndian(24, as: UInt32.self)
        let padding = base.loadLittleEndian(28, as: UInt32.self)
        guard length > 0, length <= EncryptedFormat.blockBytes, padding == 0 else {
            let isBlank = sealed.allSatisfy { $0 == 0 }
            return .refused(
                detail: isBlank
                    ? "the encrypted block was never written"
                    : "the encrypted block's header is not one")
        }
        let cipher = try prepared(id)
        let binding = BlockBinding(fileID: keys.fileID, block: number, length: length)
        let isRight = try binding.withUnsafeBytes { (associated) throws(CryptoFailure) in
            try BlockBinding.withNonce(counter) { (nonce) throws(CryptoFailure) in
                try cipher.open(
                    UnsafeRawBufferPointer(rebasing: sealed[EncryptedFormat.blockHeaderBytes...]),
                    nonce: nonce, associated: associated, tag: base + 32, into: plain)
            }
        }
        guard isRight else {
            return .refused(
                detail: "the encrypted block fails its authentication: changed, moved or torn")
        }
        return .contents(length: Int(length))
    }

    private mutating func prepared(_ id: SixteenBytes) throws(CryptoFailure) -> AES256GCM {
        if let cipher, space == id { return cipher }
        let key = try keys.key(of: id)
        space = nil
        if let cipher {
            try cipher.setKey(key)
            space = id
            return cipher
        }
        let made = try AES256GCM(key: key)
        cipher = made
        space = id
        return made
    }
}
