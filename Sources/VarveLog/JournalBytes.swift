/// Bytes of the journal by their position: from memory where they are, else from the file.
///
/// Thread rule: any thread.
struct JournalBytes: Sendable {
    let journal: Journal
    let files: JournalFiles

    /// Copies the bytes at `byte` of `file` into `buffer`.
    ///
    /// - Parameter blocking: whether to wait for a disk; if not, false says that it would.
    func read(
        file: UInt32, byte: UInt32, into buffer: UnsafeMutableRawBufferPointer, blocking: Bool
    ) throws(LogError) -> Bool {
        guard let target = buffer.baseAddress, buffer.count > 0 else { return true }
        if journal.copyFromMemory(file: file, byte: byte, count: buffer.count, to: target) {
            return true
        }
        if blocking {
            try files.file(file).read(at: UInt64(byte), into: buffer)
            return true
        }
        guard let open = files.openFile(file) else { return false }
        return try open.readImmediately(at: UInt64(byte), into: buffer)
    }
}
