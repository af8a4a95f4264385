import VarveBytes

/// The lengths of the records that start in one extent, read back from its frame.
struct EntryTable {
    /// How many payload bytes at the front belong to a record of an earlier part.
    let continued: Int
    private let entries: [UInt32]

    /// Reads the table in front of `extent`'s payload; nil when that would wait for a disk and
    /// `blocking` is false.
    init?(
        of extent: Extent, from bytes: LogBytes, blocking: Bool
    ) throws(LogError) {
        let trailer = try Self.words(
            3, at: extent.byte &- UInt32(Format.trailerBytes), of: extent.file, from: bytes,
            blocking: blocking)
        guard let trailer else { return nil }
        let count = Int(trailer[1])
        let before = Format.trailerBytes + Format.lengthEntryBytes * count
        // The frame passed its check when it was written or recovered; the file may have changed
        // since.
        guard count <= Format.partRecordsMax,
            Int(trailer[2]) >= Format.frameHeaderBytes + before, Int(extent.byte) > before,
            Int(trailer[0]) <= Format.partPayloadBytesMax
        else {
            throw .corruption(
                file: JournalFileName(number: UInt64(extent.file), role: .journal).path,
                byte: UInt64(extent.byte) - UInt64(Format.trailerBytes),
                count: UInt64(Format.trailerBytes), detail: "a frame's trailer is impossible")
        }
        continued = Int(trailer[0])
        let read = try Self.words(
            count, at: extent.byte - UInt32(before), of: extent.file, from: bytes,
            blocking: blocking)
        guard let read else { return nil }
        entries = read
    }

    /// The number of records, control records included.
    var count: Int { entries.count }

    /// The entry at `index`.
    subscript(index: Int) -> LengthEntry { LengthEntry(rawValue: entries[index]) }

    /// Where the data record that has `count` others before it in this extent begins, and the index
    /// of its entry; nil when there are not that many.
    func place(after count: Int) -> (byte: Int, index: Int)? {
        var byte = continued
        var left = count
        for index in 0..<entries.count {
            let entry = self[index]
            if left == 0 { return (byte, index) }
            byte += entry.storedBytes
            if entry.kind?.takesNumber ?? true { left -= 1 }
        }
        return left == 0 ? (byte, entries.count) : nil
    }

    private static func words(
        _ count: Int, at byte: UInt32, of file: UInt32, from bytes: LogBytes, blocking: Bool
    ) throws(LogError) -> [UInt32]? {
        let size = 4 * count
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(4, size), alignment: 8)
        defer { buffer.deallocate() }
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
        guard try bytes.read(file: file, byte: byte, into: target, blocking: blocking) else {
            return nil
        }
        let base = UnsafeRawPointer(buffer.start)
        return (0..<count).map { base.loadLittleEndian(4 * $0, as: UInt32.self) }
    }
}
