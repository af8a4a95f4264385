import COpenSSL

/// AES-256-GCM: encryption that also notices every change (NIST SP 800-38D).
///
/// One nonce must never serve two contents under one key: whoever sees both learns their
/// difference, and can forge. The caller sees to that.
///
/// Thread rule: one value belongs to one thread at a time; the caller keeps it so.
package final class AES256GCM {
    /// Bytes of a key.
    package static let keyBytes = 32
    /// Bytes of a nonce.
    package static let nonceBytes = 12
    /// Bytes of the tag that proves that nothing was changed.
    package static let tagBytes = 16

    private let context: OpaquePointer

    /// A cipher with `key`, which must have 32 bytes.
    package init(key: SecretBytes) throws(CryptoFailure) {
        precondition(key.count == Self.keyBytes, "AES-256 has keys of 32 bytes")
        guard let context = EVP_CIPHER_CTX_new() else {
            throw CryptoFailure(call: "EVP_CIPHER_CTX_new")
        }
        self.context = context
        try setKey(key)
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// Changes the key.
    package func setKey(_ key: SecretBytes) throws(CryptoFailure) {
        let outcome = key.withUnsafeBytes { bytes in
            EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, bytes.octets, nil, 1)
        }
        guard outcome == 1 else { throw CryptoFailure(call: "EVP_CipherInit_ex") }
    }

    /// Encrypts `plain` into `sealed`, which has the same size, and writes the tag.
    package func seal(
        _ plain: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer,
        associated: UnsafeRawBufferPointer, into sealed: UnsafeMutableRawBufferPointer,
        tag: UnsafeMutableRawPointer
    ) throws(CryptoFailure) {
        try run(plain, nonce: nonce, associated: associated, into: sealed, encrypts: true)
        var count: Int32 = 0
        guard EVP_CipherFinal_ex(context, sealed.octets, &count) == 1 else {
            throw CryptoFailure(call: "EVP_CipherFinal_ex")
        }
        let outcome = EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), tag)
        guard outcome == 1 else { throw CryptoFailure(call: "EVP_CIPHER_CTX_ctrl") }
    }

    /// Decrypts `sealed` into `plain`, which has the same size; false when anything was changed,
    /// and then what `plain` holds must not be used.
    package func open(
        _ sealed: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer,
        associated: UnsafeRawBufferPointer, tag: UnsafeRawPointer,
        into plain: UnsafeMutableRawBufferPointer
    ) throws(CryptoFailure) -> Bool {
        try run(sealed, nonce: nonce, associated: associated, into: plain, encrypts: false)
        let outcome = EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes),
            UnsafeMutableRawPointer(mutating: tag))
        guard outcome == 1 else { throw CryptoFailure(call: "EVP_CIPHER_CTX_ctrl") }
        var count: Int32 = 0
        return EVP_CipherFinal_ex(context, plain.octets, &count) == 1
    }

    private func run(
        _ input: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer,
        associated: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
        encrypts: Bool
    ) throws(CryptoFailure) {
        precondition(nonce.count == Self.nonceBytes, "a nonce has 12 bytes")
        precondition(output.count == input.count, "GCM keeps the size")
        let direction: Int32 = encrypts ? 1 : 0
        guard EVP_CipherInit_ex(context, nil, nil, nil, nonce.octets, direction) == 1 else {
            throw CryptoFailure(call: "EVP_CipherInit_ex")
        }
        var count: Int32 = 0
        let size = Int32(associated.count)
        guard EVP_CipherUpdate(context, nil, &count, associated.octets, size) == 1,
            EVP_CipherUpdate(context, output.octets, &count, input.octets, Int32(input.count)) == 1
        else { throw CryptoFailure(call: "EVP_CipherUpdate") }
    }
}
