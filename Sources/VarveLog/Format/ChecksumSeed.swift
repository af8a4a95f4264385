import VarveBytes

/// What every checksum inside a journal file begins with: the file's id and an LSN.
///
/// So bytes of another file, or of another use of the same file, never pass as these.
enum ChecksumSeed {
    /// The CRC-32C of the 16 bytes (file id, LSN).
    static func value(fileID: UInt64, lsn: UInt64) -> UInt32 {
        withUnsafeBytes(of: (fileID.littleEndian, lsn.littleEndian)) { CRC32C.value($0) }
    }
}
