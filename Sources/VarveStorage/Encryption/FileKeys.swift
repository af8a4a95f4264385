import Synchronization
import VarveBytes

/// The keys of one encrypted file: one for each of its nonce spaces.
///
/// Thread rule: any thread may call anything.
final class FileKeys: Sendable {
    /// The file's random id.
    let fileID: SixteenBytes
    /// Bytes in the header that tell whether a key is the file's.
    let keyCheck: [UInt8]
    private let fileKey: SecretBytes
    /// Keys made before; emptied when it grows large.
    private let known = Mutex<[SixteenBytes: SecretBytes]>([:])

    private static let knownMax = 256
    /// What each derived key is for. Persisted.
    private static let fileInfo: StaticString = "varve encrypted file v1"
    private static let checkInfo: StaticString = "varve key check v1"
    private static let spaceInfo: StaticString = "varve nonce space v1"

    /// The keys of the file `fileID` under `master`.
    init(master: EncryptionKey, fileID: SixteenBytes) throws(CryptoFailure) {
        self.fileID = fileID
        fileKey = try master.secret.withUnsafeBytes { (master) throws(CryptoFailure) in
            try Self.derive(from: master, salt: fileID, Self.fileInfo, count: AES256GCM.keyBytes)
        }
        let check = try fileKey.withUnsafeBytes { (key) throws(CryptoFailure) in
            try Self.derive(
                from: key, salt: fileID, Self.checkInfo, count: EncryptedHeader.keyCheckBytes)
        }
        keyCheck = check.withUnsafeBytes { Array($0) }
    }

    /// The key of a nonce space.
    func key(of space: SixteenBytes) throws(CryptoFailure) -> SecretBytes {
        if let key = known.withLock({ $0[space] }) { return key }
        let key = try fileKey.withUnsafeBytes { (key) throws(CryptoFailure) in
            try Self.derive(from: key, salt: space, Self.spaceInfo, count: AES256GCM.keyBytes)
        }
        known.withLock { known in
            if known.count >= Self.knownMax { known.removeAll() }
            known[space] = key
        }
        return key
    }

    private static func derive(
        from secret: UnsafeRawBufferPointer, salt: SixteenBytes, _ info: StaticString, count: Int
    ) throws(CryptoFailure) -> SecretBytes {
        try salt.withUnsafeBytes { (salt) throws(CryptoFailure) in
            try KeyDerivation.derive(
                from: secret, salt: salt, info: UnsafeRawBufferPointer(info), count: count)
        }
    }
}
