import COpenSSL

/// An Ed25519 private key (RFC 8032), which signs.
///
/// Thread rule: any thread may call anything.
//
// @unchecked Sendable: the key is made in `init` and only read afterwards, each time with a context
// of its own.
package final class SigningKey: @unchecked Sendable {
    /// Bytes of the secret that a key is made of.
    package static let seedBytes = 32

    private let key: OpaquePointer
    /// The key that checks what this one signs.
    package let publicKey: PublicKey

    /// The key of a seed: 32 bytes that nobody can guess.
    package convenience init(seed: SecretBytes) throws(CryptoFailure) {
        let key = seed.withUnsafeBytes {
            EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, $0.octets, $0.count)
        }
        guard let key else { throw CryptoFailure(call: "EVP_PKEY_new_raw_private_key") }
        guard let publicKey = Self.publicKey(of: key) else {
            EVP_PKEY_free(key)
            throw CryptoFailure(call: "EVP_PKEY_get_raw_public_key")
        }
        self.init(owning: key, publicKey)
    }

    /// Parses the PEM form (`BEGIN PRIVATE KEY`, PKCS#8, without a password), or takes the 32 bytes
    /// of a seed; nil for anything else.
    package convenience init?(file: [UInt8]) {
        if file.count == Self.seedBytes {
            try? self.init(seed: file.withUnsafeBytes { SecretBytes(copying: $0) })
            return
        }
        // Without a callback OpenSSL would ask at the terminal for the password of a locked key.
        let read = PEMText.read(file) { input in
            PEM_read_bio_PrivateKey(input, nil, { _, _, _, _ in 0 }, nil)
        }
        guard let read else { return nil }
        guard EVP_PKEY_get_id(read) == EVP_PKEY_ED25519, let publicKey = Self.publicKey(of: read)
        else {
            EVP_PKEY_free(read)
            return nil
        }
        self.init(owning: read, publicKey)
    }

    private init(owning key: OpaquePointer, _ publicKey: PublicKey) {
        self.key = key
        self.publicKey = publicKey
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// The PEM form, not protected by a password.
    package func pem() throws(CryptoFailure) -> SecretBytes {
        try PEMText.write("PEM_write_bio_PrivateKey") { output in
            PEM_write_bio_PrivateKey(output, key, nil, nil, 0, nil, nil)
        }
    }

    /// The 64 bytes of the signature over `message`; the same message gives the same signature.
    package func sign(_ message: UnsafeRawBufferPointer) throws(CryptoFailure) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw CryptoFailure(call: "EVP_MD_CTX_new") }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else {
            throw CryptoFailure(call: "EVP_DigestSignInit")
        }
        var signature = [UInt8](repeating: 0, count: PublicKey.signatureBytes)
        var count = signature.count
        guard EVP_DigestSign(context, &signature, &count, message.octets, message.count) == 1,
            count == signature.count
        else { throw CryptoFailure(call: "EVP_DigestSign") }
        return signature
    }

    private static func publicKey(of key: OpaquePointer) -> PublicKey? {
        var bytes = [UInt8](repeating: 0, count: PublicKey.byteCount)
        var count = bytes.count
        guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1 else { return nil }
        return PublicKey(bytes)
    }
}
