import VarveStorage

extension EncryptionKey {
    /// A key for tests.
    static var forTests: EncryptionKey { filled(with: 5) }

    /// Another one.
    static var otherForTests: EncryptionKey { filled(with: 9) }

    private static func filled(with byte: UInt8) -> EncryptionKey {
        guard let key = EncryptionKey([UInt8](repeating: byte, count: byteCount)) else {
            preconditionFailure("a key has 32 bytes")
        }
        return key
    }
}
