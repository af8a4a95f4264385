import VarveBytes
import VarveStorage

/// Copies the frames behind the durable mark into the file that opening prepares, group by group.
///
/// They may not be on stable storage where they are: a sync may have failed, or never happened. In
/// the new file they are synced, with its header, before anybody sees them.
final class TailRewriter {
    /// The file that is being prepared.
    let spare: FilePreparer.Spare
    /// Its id.
    let fileID: UInt64
    /// Where the next group begins.
    private(set) var nextGroupByte = UInt64(Format.fileHeaderBytes)

    private let source: any StorageBackend
    private let sourceID: UInt64
    private let durableMark: UInt64
    private let buffer: UnsafeMutableRawBufferPointer
    /// Where the bytes begin that an earlier use of the file may have left.
    private var clearedByte = UInt64(Format.fileHeaderBytes)
    private var firstLSN: UInt64 = 0
    private var frameCount: UInt32 = 0
    private var frameBytes: UInt64 = 0

    /// A rewriter from `source` into `spare`.
    init(
        from source: any StorageBackend, sourceID: UInt64, to spare: FilePreparer.Spare,
        fileID: UInt64, durableMark: UInt64
    ) {
        self.source = source
        self.sourceID = sourceID
        self.spare = spare
        self.fileID = fileID
        self.durableMark = durableMark
        buffer = .allocate(byteCount: Format.frameBytesMax, alignment: 8)
    }

    deinit {
        buffer.deallocate()
    }

    /// Copies a complete set; where its frames are now.
    func copy(_ set: SetAssembler.FrameSet) throws(LogError) -> [UInt64] {
        if frameCount == 0 { firstLSN = set.first.lsn }
        var bytes: [UInt64] = []
        for part in set.parts {
            let target = nextGroupByte + UInt64(Format.groupHeaderBytes) + frameBytes
            let frame = UnsafeMutableRawBufferPointer(rebasing: buffer[..<part.frameBytes])
            try LogError.wrapping { () throws(StorageError) in
                try source.read(at: part.byte, into: frame)
            }
            try checkUnchanged(frame, part)
            try LogError.wrapping { () throws(StorageError) in
                FrameHeader.seal(
                    frame.start, frameBytes: part.frameBytes,
                    fileID: fileID, lsn: part.lsn)
                try clear(through: target + UInt64(part.frameBytes))
                try spare.backend.write(UnsafeRawBufferPointer(frame), at: target)
            }
            bytes.append(target)
            frameCount += 1
            frameBytes += UInt64(part.frameBytes)
        }
        return bytes
    }

    /// The frame passed its check when it was scanned; a new checksum must not hide that it
    /// changed.
    private func checkUnchanged(
        _ frame: UnsafeMutableRawBufferPointer, _ part: SetAssembler.Part
    ) throws(LogError) {
        do throws(Frame.Failure) {
            _ = try Frame(UnsafeRawBufferPointer(frame), fileID: sourceID, lsn: part.lsn)
        } catch {
            throw .io(message: "frame \(part.lsn) changed while the log was opened")
        }
    }

    /// Ends the group: writes its padding and its header.
    func endGroup() throws(LogError) {
        guard frameCount > 0 else { return }
        let header = GroupHeader(
            firstLSN: firstLSN, syncedThrough: durableMark, byte: nextGroupByte,
            frameCount: frameCount, frameBytes: UInt32(frameBytes))
        let fileID = self.fileID
        try withUnsafeTemporaryAllocation(byteCount: Format.alignment, alignment: 8) {
            (block) throws(LogError) in
            block.initializeMemory(as: UInt8.self, repeating: 0)
            let padding = Int(header.endByte - header.framesEndByte)
            try LogError.wrapping { () throws(StorageError) in
                try spare.backend.write(
                    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(block)[..<padding]),
                    at: header.framesEndByte)
                header.encode(to: block.start, fileID: fileID)
                try spare.backend.write(
                    UnsafeRawBufferPointer(
                        rebasing: UnsafeRawBufferPointer(block)[..<Format.groupHeaderBytes]),
                    at: header.byte)
            }
        }
        nextGroupByte = header.endByte
        frameCount = 0
        frameBytes = 0
    }

    /// Writes zeros over the blocks up to `byte`, also behind the end of a file that is shorter:
    /// what is written in part must be readable before, which blocks of an encrypted file that was
    /// used before need not be.
    private func clear(through byte: UInt64) throws(StorageError) {
        guard byte > clearedByte else { return }
        let alignment = UInt64(Format.alignment)
        let end = (byte + alignment - 1) / alignment * alignment
        let zeros = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(end - clearedByte), alignment: 8)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        try spare.backend.write(UnsafeRawBufferPointer(zeros), at: clearedByte)
        clearedByte = end
    }
}
