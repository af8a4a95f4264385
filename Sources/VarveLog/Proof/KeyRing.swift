public import VarveBytes
package import VarvePlatform
public import VarveStorage

/// The signing keys of a log, in `DIR/keys`: the private key that signs now, and the public keys of
/// all that ever did.
///
/// ```
/// DIR/keys/signing.pem            the private key, mode 0600
/// DIR/keys/0123456789abcdef.pem   a public key, named by its id
/// ```
/// Whoever can write to the directory can add keys of his own: an auditor keeps the public keys
/// that he was given, elsewhere.
public struct KeyRing: Sendable {
    /// The name of the directory of keys in a log's directory.
    public static let directoryName = "keys"

    /// The directory of the keys.
    private let path: String
    private var signingPath: String { "\(path)/signing.pem" }
    private var freshPath: String { "\(path)/signing.pem.new" }
    /// The most bytes of a key's file.
    private static let fileBytesMax = 4096

    /// The keys of the log in `logDirectory`; nothing is read yet.
    public init(logDirectory: String) {
        path = "\(logDirectory)/\(Self.directoryName)"
    }

    /// Whether there is a directory of keys.
    public var exists: Bool { File.isDirectory(path) }

    /// Whether there is a key to sign with, usable or not.
    package var hasSigningKey: Bool { File.exists(signingPath) }

    /// Makes the first key, durably, and the directory if it is missing.
    ///
    /// Throws `alreadyExists` when there is one.
    public func generate() throws(StorageError) -> KeyID {
        try generate(random: SystemRandom())
    }

    /// Replaces the signing key; public keys stay, so that what the old one signed can be checked.
    ///
    /// Throws `notFound` when there is none to replace.
    public func rotate() throws(StorageError) -> KeyID {
        try rotate(random: SystemRandom())
    }

    /// The same as `generate`, with a source of randomness.
    package func generate(random: any RandomSource) throws(StorageError) -> KeyID {
        guard !File.exists(signingPath) else { throw .alreadyExists(path: signingPath) }
        if !File.isDirectory(path) {
            try call(path) { () throws(SystemError) in
                try File.makeDirectory(path)
                try File.synchronizeDirectory(File.parent(of: path) ?? ".")
            }
        }
        return try install(random)
    }

    /// The same as `rotate`, with a source of randomness.
    package func rotate(random: any RandomSource) throws(StorageError) -> KeyID {
        // A key that cannot be read is not replaced either: somebody should look.
        _ = try signingKey()
        return try install(random)
    }

    /// The private key that signs now.
    ///
    /// Throws `notFound` without one, `secretExposed` when others may read it, `invalidKey`.
    package func signingKey() throws(StorageError) -> SigningKey {
        let bytes = try SecretFile.read(signingPath, bytesMax: Self.fileBytesMax)
        guard let key = SigningKey(file: bytes) else {
            throw .invalidKey(path: signingPath, detail: "expected an Ed25519 private key in PEM")
        }
        return key
    }

    /// The id of the key that signs now.
    public func signingKeyID() throws(StorageError) -> KeyID {
        KeyID(of: try signingKey().publicKey)
    }

    /// All public keys by their ids.
    public func publicKeys() throws(StorageError) -> [KeyID: PublicKey] {
        var keys: [KeyID: PublicKey] = [:]
        let names = try call(path) { () throws(SystemError) in try File.list(path) }
        for name in names where name.hasSuffix(".pem") {
            guard let id = KeyID(String(name.dropLast(4))) else { continue }
            let file = "\(path)/\(name)"
            let key = try Self.publicKey(at: file)
            guard KeyID(of: key) == id else {
                throw .invalidKey(path: file, detail: "it is key \(KeyID(of: key))")
            }
            keys[id] = key
        }
        return keys
    }

    /// Reads a public key in PEM, or its 32 bytes.
    public static func publicKey(at path: String) throws(StorageError) -> PublicKey {
        let bytes = try StorageError.wrapping(path) { () throws(SystemError) in
            let descriptor = try File.open(path)
            let count = min(Int(clamping: try File.size(descriptor.raw)), fileBytesMax)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
            defer { buffer.deallocate() }
            return Array(buffer.prefix(try File.read(descriptor.raw, at: 0, into: buffer)))
        }
        guard let key = PublicKey(bytes) ?? PublicKey(pem: bytes) else {
            throw .invalidKey(path: path, detail: "expected an Ed25519 public key in PEM")
        }
        return key
    }

    /// Makes a key and lets it sign: its public key first, so that nothing is ever signed by a key
    /// that the directory does not have.
    private func install(_ random: any RandomSource) throws(StorageError) -> KeyID {
        let seed = SecretBytes(count: SigningKey.seedBytes) { random.fill($0) }
        let key: SigningKey
        let secret: SecretBytes
        let text: String
        do throws(CryptoFailure) {
            key = try SigningKey(seed: seed)
            secret = try key.pem()
            text = try key.publicKey.pem
        } catch {
            throw .io(operation: error.call, path: path, code: ErrorNumber.inputOutput)
        }
        let id = KeyID(of: key.publicKey)
        let publicPath = "\(path)/\(id).pem"
        // What an earlier attempt left.
        try? File.remove(freshPath)
        try call(publicPath) { () throws(SystemError) in
            let descriptor = try File.open(publicPath, access: .readWrite, create: .exclusive)
            try Array(text.utf8).withBytes { (bytes) throws(SystemError) in
                try File.write(descriptor.raw, bytes, at: 0)
            }
            try File.synchronize(descriptor.raw)
            try File.synchronizeDirectory(path)
        }
        try secret.withUnsafeBytes { (bytes) throws(StorageError) in
            try SecretFile.create(freshPath, bytes)
        }
        try call(signingPath) { () throws(SystemError) in
            try File.rename(freshPath, to: signingPath)
            try File.synchronizeDirectory(path)
        }
        return id
    }

    private func call<R>(
        _ path: String, _ body: () throws(SystemError) -> R
    ) throws(StorageError) -> R {
        try StorageError.wrapping(path, body)
    }
}

extension [UInt8] {
    /// Calls `body` with the bytes; errors keep their type.
    fileprivate func withBytes(
        _ body: (UnsafeRawBufferPointer) throws(SystemError) -> Void
    ) throws(SystemError) {
        let outcome = withUnsafeBytes { bytes in
            Result { () throws(SystemError) in try body(bytes) }
        }
        try outcome.get()
    }
}
