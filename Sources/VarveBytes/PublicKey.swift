import COpenSSL

/// An Ed25519 public key (RFC 8032): whoever has it can check what its private key signed.
public struct PublicKey: Hashable, Sendable {
    /// Bytes of a key.
    public static let byteCount = 32
    /// Bytes of a signature.
    public static let signatureBytes = 64

    /// The 32 bytes.
    public let bytes: [UInt8]

    /// The key with these bytes; nil unless there are 32. Whether they are a point of the curve
    /// shows when a signature is checked.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Parses the PEM form (`BEGIN PUBLIC KEY`); nil for anything but one Ed25519 key.
    public init?(pem: [UInt8]) {
        let key = PEMText.read(pem) { PEM_read_bio_PUBKEY($0, nil, nil, nil) }
        guard let key else { return nil }
        defer { EVP_PKEY_free(key) }
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        var count = bytes.count
        guard EVP_PKEY_get_id(key) == EVP_PKEY_ED25519,
            EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == Self.byteCount
        else { return nil }
        self.bytes = bytes
    }

    /// The PEM form, as OpenSSL and others read it.
    public var pem: String {
        get throws(CryptoFailure) {
            guard
                let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
            else { throw CryptoFailure(call: "EVP_PKEY_new_raw_public_key") }
            defer { EVP_PKEY_free(key) }
            return try PEMText.write("PEM_write_bio_PUBKEY") { PEM_write_bio_PUBKEY($0, key) }
                .withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// True when `signature` was made over `message` by the private key of this one.
    public func isValid(
        _ signature: [UInt8], of message: UnsafeRawBufferPointer
    ) throws(CryptoFailure) -> Bool {
        guard signature.count == Self.signatureBytes,
            let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { throw CryptoFailure(call: "EVP_MD_CTX_new") }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        return EVP_DigestVerify(
            context, signature, signature.count, message.octets, message.count) == 1
    }
}
