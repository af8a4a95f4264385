import VarveBytes
import VarveStorage

/// A segment that takes the place of one that cannot be used: the streams as they are known to have
/// been behind it, and of their records what is left.
///
/// It has the number and the LSNs of the lost one, so that the segments follow one another again.
/// When the lost one's data can be read, it is copied as it is, and runs keep their places.
struct SegmentReplacement {
    /// Number, LSNs and cut.
    let header: SegmentHeader
    /// The segment whose data is copied; nil when nothing of it is left.
    let source: SegmentFile?
    /// What it says of each stream, by id; runs only with a source.
    let streams: [SegmentStream]

    private static let chunkBytes = 1 << 20

    /// Writes it as a segment that is being written; gives it no name yet. Its path.
    func write(to volume: any Volume) throws(LogError) -> String {
        let path = SegmentName(number: header.number, role: .writing).path
        let spills = [SegmentName.Role.streams, .groups].map { role in
            SpillBuffer(
                volume: volume, name: SegmentName(number: header.number, role: role),
                memoryMax: 4 << 20)
        }
        defer { spills.forEach { $0.remove() } }
        let backend = try LogError.wrapping { () throws(StorageError) in
            let backend = try volume.open(path, create: .ifMissing)
            if backend.size > 0 { try backend.truncate(to: 0) }
            return backend
        }
        let writer = try StreamsWriter(id: header.id, streams: spills[0], groups: spills[1])
        var footer = SegmentFooter()
        footer.dataBytes = source?.footer.dataBytes ?? 0
        footer.checksumsBytes = source?.footer.checksumsBytes ?? 0
        footer.superseded = source?.footer.superseded ?? []
        for stream in streams {
            try writer.begin(stream.record, entries: stream.entries)
            try writer.end(stream.run)
            footer.streamCount += 1
            guard let run = stream.run else { continue }
            footer.runCount += 1
            footer.recordCount += run.recordCount
            footer.byteCount += run.byteCount
            footer.storedBytes += run.storedBytes
        }
        try writeBlock(SegmentFormat.headerBytes, to: backend) { header.encode(into: $0) }
        try copyData(to: backend)
        footer.streamsBytes = try writer.drain { (bytes) throws(LogError) in
            try Self.append(bytes, to: backend)
        }
        footer.groupCount = UInt64(writer.groupCount)
        let footerDone = footer
        try writeBlock(SegmentFormat.footerBytes, to: backend) {
            footerDone.encode(into: $0, header: header)
        }
        try LogError.wrapping { () throws(StorageError) in try backend.sync() }
        return path
    }

    /// Copies data and checksums.
    private func copyData(to backend: any StorageBackend) throws(LogError) {
        guard let source else { return }
        var offset = SegmentFormat.dataOffset
        let end = source.footer.streamsOffset
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.chunkBytes, alignment: 16)
        defer { buffer.deallocate() }
        while offset < end {
            let count = Int(min(UInt64(buffer.count), end - offset))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            _ = try source.fill(piece, at: offset, blocking: true)
            try Self.append(UnsafeRawBufferPointer(piece), to: backend)
            offset += UInt64(count)
        }
    }

    private func writeBlock(
        _ count: Int, to backend: any StorageBackend,
        _ body: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(LogError) {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
        defer { block.deallocate() }
        body(block)
        try Self.append(UnsafeRawBufferPointer(block), to: backend)
    }

    private static func append(
        _ bytes: UnsafeRawBufferPointer, to backend: any StorageBackend
    ) throws(LogError) {
        _ = try LogError.wrapping { () throws(StorageError) in try backend.append(bytes) }
    }
}
