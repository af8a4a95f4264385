import COpenSSL

/// HKDF with SHA-256 (RFC 5869): keys out of a key.
package enum KeyDerivation {
    /// `count` bytes that follow from `secret`, `salt` and `info`, and tell nothing about `secret`.
    ///
    /// - Parameter count: at most 255 x 32.
    package static func derive(
        from secret: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer,
        info: UnsafeRawBufferPointer, count: Int
    ) throws(CryptoFailure) -> SecretBytes {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil) else {
            throw CryptoFailure(call: "EVP_PKEY_CTX_new_id")
        }
        defer { EVP_PKEY_CTX_free(context) }
        let steps: [(String, Int32)] = [
            ("EVP_PKEY_derive_init", EVP_PKEY_derive_init(context)),
            ("EVP_PKEY_CTX_set_hkdf_md", EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256())),
            (
                "EVP_PKEY_CTX_set1_hkdf_salt",
                EVP_PKEY_CTX_set1_hkdf_salt(context, salt.octets, Int32(salt.count))
            ),
            (
                "EVP_PKEY_CTX_set1_hkdf_key",
                EVP_PKEY_CTX_set1_hkdf_key(context, secret.octets, Int32(secret.count))
            ),
            (
                "EVP_PKEY_CTX_add1_hkdf_info",
                EVP_PKEY_CTX_add1_hkdf_info(context, info.octets, Int32(info.count))
            ),
        ]
        for (call, outcome) in steps where outcome <= 0 { throw CryptoFailure(call: call) }
        return try SecretBytes(count: count) { (output) throws(CryptoFailure) in
            var written = output.count
            guard EVP_PKEY_derive(context, output.octets, &written) > 0, written == output.count
            else { throw CryptoFailure(call: "EVP_PKEY_derive") }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes as OpenSSL takes them.
    var octets: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}

extension UnsafeMutableRawBufferPointer {
    /// The bytes as OpenSSL fills them.
    var octets: UnsafeMutablePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
