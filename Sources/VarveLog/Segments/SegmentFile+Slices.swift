import VarveStorage

// The bytes of runs where they lie, for the kernel to send.

extension SegmentFile {
    /// How far apart the bytes lie by which `isCached` judges a place of the file.
    private static let probeDistance = 64 << 10

    /// The `count` bytes of the stream from `byte` on as a place in the file, checked and in the
    /// page cache. Nil when there is no such place, because the run was made smaller or the file is
    /// not the operating system's, or when it would have to be waited for.
    ///
    /// They stay as they are and open as long as the slice's owner, this object, is held. What is
    /// sent much later may have left the page cache by then.
    func slice(
        _ run: SettledRun, from byte: UInt64, count: Int
    ) throws(LogError) -> ReadSlice? {
        try check(run)
        guard run.encoding == .none, let sendable else { return nil }
        guard byte >= run.firstByte, byte <= run.end.byte, UInt64(count) <= run.end.byte - byte
        else {
            throw damage(
                run.dataOffset, run.storedBytes,
                "\(count) bytes at byte \(byte) of a run that has \(run.firstByte) to "
                    + "\(run.end.byte)")
        }
        let offset = run.dataOffset + (byte - run.firstByte)
        guard try checkData(offset: offset, count: count, blocking: false),
            try isCached(offset: offset, count: count)
        else { return nil }
        return .file(owner: self, descriptor: sendable.descriptor, offset: offset, count: count)
    }

    /// Whether a place of the file can be read without waiting for a disk, judged by single bytes:
    /// the page cache takes and drops bytes in larger pieces than these are apart, as a rule.
    private func isCached(offset: UInt64, count: Int) throws(LogError) -> Bool {
        guard let immediate, count > 0 else { return count == 0 }
        return try LogError.wrapping { () throws(StorageError) in
            try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) {
                (byte) throws(StorageError) in
                for distance in stride(from: 0, to: count, by: Self.probeDistance) {
                    let place = offset + UInt64(distance)
                    guard try immediate.readImmediately(at: place, into: byte) else { return false }
                }
                return try immediate.readImmediately(at: offset + UInt64(count - 1), into: byte)
            }
        }
    }
}
