import COpenSSL

/// Keys as PEM text in memory.
enum PEMText {
    /// What `parse` finds in the text; nil when that is nothing.
    static func read(_ text: [UInt8], _ parse: (OpaquePointer) -> OpaquePointer?) -> OpaquePointer?
    {
        text.withUnsafeBytes { bytes in
            guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count))
            else { return nil }
            defer { BIO_free(input) }
            let found = parse(input)
            // OpenSSL notes why a text is no key; nobody asks for it.
            if found == nil { ERR_clear_error() }
            return found
        }
    }

    /// The text that `write`, named `call` in errors, makes.
    static func write(
        _ call: String, _ write: (OpaquePointer) -> Int32
    ) throws(CryptoFailure) -> SecretBytes {
        guard let output = BIO_new(BIO_s_secmem()) else { throw CryptoFailure(call: "BIO_new") }
        defer { BIO_free(output) }
        guard write(output) == 1 else { throw CryptoFailure(call: call) }
        return try SecretBytes(count: Int(BIO_ctrl_pending(output))) {
            (text) throws(CryptoFailure) in
            guard BIO_read(output, text.baseAddress, Int32(text.count)) == Int32(text.count) else {
                throw CryptoFailure(call: "BIO_read")
            }
        }
    }
}
