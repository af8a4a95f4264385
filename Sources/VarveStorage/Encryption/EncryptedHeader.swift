import VarveBytes

/// The first 4096 bytes of an encrypted file: who it is, and by which key.
struct EncryptedHeader {
    /// What the first bytes of a file can be.
    enum Finding {
        /// Nothing was ever stored in the file.
        case unused
        /// A header of this format.
        case header(EncryptedHeader)
        /// Another file: its first bytes are not Varve's for encrypted ones.
        case notEncrypted
        /// A format that this program does not know.
        case newer(UInt32)
        /// Varve's magic, and bytes that fail their checksum.
        case damaged
    }

    /// Bytes that tell a wrong key from damage.
    static let keyCheckBytes = 16

    var fileID: SixteenBytes
    var keyCheck: [UInt8]

    /// Writes the header into `bytes`, of which there are `headerBytes`, all zero.
    func encode(into bytes: UnsafeMutableRawBufferPointer) {
        let base = bytes.start
        bytes.copyMemory(from: UnsafeRawBufferPointer(EncryptedFormat.magic))
        base.storeLittleEndian(EncryptedFormat.version, at: 8)
        base.storeLittleEndian(UInt32(EncryptedFormat.headerBytes), at: 12)
        fileID.store(to: base + 16)
        keyCheck.withUnsafeBytes { check in
            (base + 32).copyMemory(from: check.start, byteCount: 16)
        }
        base.storeLittleEndian(UInt32(EncryptedFormat.blockBytes), at: 48)
        base.storeLittleEndian(UInt32(EncryptedFormat.dataStart), at: 52)
        base.storeLittleEndian(Self.checksum(UnsafeRawBufferPointer(bytes)), at: 4092)
    }

    /// What the file's first bytes, at most `headerBytes`, are; `size` is the whole file's.
    static func find(_ bytes: UnsafeRawBufferPointer, size: UInt64) -> Finding {
        let magic = UnsafeRawBufferPointer(EncryptedFormat.magic)
        let isBlank = bytes.allSatisfy { $0 == 0 }
        let isOurs = bytes.prefix(8).elementsEqual(magic.prefix(bytes.count))
        // Header and slots are synced before anything else is stored: a file that ends with them
        // and has no whole header holds nothing, whatever a loss of power made of it.
        if size < UInt64(EncryptedFormat.dataStart), isBlank || isOurs { return .unused }
        if size == UInt64(EncryptedFormat.dataStart), isBlank { return .unused }
        guard isOurs, bytes.count == EncryptedFormat.headerBytes, let base = bytes.baseAddress
        else { return isBlank ? .damaged : .notEncrypted }
        guard number(base, 4092) == checksum(bytes) else { return .damaged }
        let version = number(base, 8)
        guard version == EncryptedFormat.version else { return .newer(version) }
        guard number(base, 12) == EncryptedFormat.headerBytes,
            number(base, 48) == EncryptedFormat.blockBytes,
            number(base, 52) == EncryptedFormat.dataStart,
            bytes[56..<4092].allSatisfy({ $0 == 0 })
        else { return .damaged }
        let header = EncryptedHeader(
            fileID: SixteenBytes(loadingFrom: base + 16),
            keyCheck: Array(bytes[32..<32 + keyCheckBytes]))
        return .header(header)
    }

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        CRC32C.value(UnsafeRawBufferPointer(rebasing: bytes[..<4092]))
    }

    private static func number(_ base: UnsafeRawPointer, _ offset: Int) -> UInt32 {
        base.loadLittleEndian(offset)
    }
}
