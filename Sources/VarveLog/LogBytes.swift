/// Bytes of the log by their position: the journal's from memory or their file, settled ones from
/// their segment.
///
/// Thread rule: any thread.
struct LogBytes: Sendable {
    let journal: Journal
    let files: JournalFiles
    let segments: SegmentFiles

    /// Copies the bytes at `byte` of the journal file `file` into `buffer`.
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

    /// Copies the bytes of a settled run from the stream's byte `byte` on into `buffer`; checked.
    func read(
        _ run: SettledRun, from byte: UInt64, into buffer: UnsafeMutableRawBufferPointer,
        blocking: Bool
    ) throws(LogError) -> Bool {
        guard let file = try segment(run.segment, blocking: blocking) else { return false }
        return try file.read(run, from: byte, into: buffer, blocking: blocking)
    }

    /// A stretch of a settled run as a place in its file; nil when it has to be read, or waited
    /// for.
    func slice(_ piece: ReadRun.SettledPiece) throws(LogError) -> ReadSlice? {
        guard let file = segments.openFile(piece.run.segment) else { return nil }
        return try file.slice(piece.run, from: piece.byte, count: piece.count)
    }

    /// The segment of that number; nil when it is not open and `blocking` is false.
    func segment(_ number: UInt32, blocking: Bool) throws(LogError) -> SegmentFile? {
        blocking ? try segments.file(number) : segments.openFile(number)
    }
}
