import VarveBytes
import VarvePlatform
import VarveStorage

/// The segment being written: collects bytes in slices of 1 MiB and checksums the data's blocks.
///
/// Thread rule: one thread at a time.
final class SegmentOutput {
    private let backend: any StorageBackend
    /// The same, if it is a file of the operating system.
    private let file: (any DescriptorBackend)?
    private let id: UInt64
    private let afterSlice: SegmentOptions.AfterSlice?
    private let slice = UnsafeMutableRawBufferPointer.allocate(
        byteCount: SegmentOutput.sliceBytes, alignment: 4096)
    private var used = 0
    /// Where the slice begins in the file.
    private var sliceOffset: UInt64 = 0
    /// The finished blocks' checksums.
    private let checksums: SpillBuffer
    private var block: UInt64 = 0
    private var blockFilled = 0
    private var blockChecksum: UInt32

    /// The most bytes of one write.
    static let sliceBytes = 1 << 20

    /// Writes to `backend`, which is empty, from its beginning.
    init(
        _ backend: any StorageBackend, id: UInt64, checksums: SpillBuffer,
        afterSlice: SegmentOptions.AfterSlice?
    ) {
        self.backend = backend
        file = backend as? any DescriptorBackend
        self.id = id
        self.checksums = checksums
        self.afterSlice = afterSlice
        blockChecksum = SegmentSeed.data.value(id: id, place: 0)
    }

    deinit {
        slice.deallocate()
    }

    /// Where the next byte goes.
    var position: UInt64 { sliceOffset + UInt64(used) }

    /// Writes bytes of the data area.
    func writeData(_ bytes: UnsafeRawBufferPointer) throws(LogError) {
        var rest = bytes
        while rest.count > 0 {
            let piece = UnsafeRawBufferPointer(
                rebasing: rest.prefix(SegmentFormat.blockBytes - blockFilled))
            blockChecksum = CRC32C.value(piece, seed: blockChecksum)
            blockFilled += piece.count
            if blockFilled == SegmentFormat.blockBytes { try finishBlock() }
            rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
        }
        try write(bytes)
    }

    /// Writes bytes outside the data area.
    func write(_ bytes: UnsafeRawBufferPointer) throws(LogError) {
        var rest = bytes
        while let source = rest.baseAddress, rest.count > 0 {
            let count = min(rest.count, slice.count - used)
            (slice.start + used).copyMemory(from: source, byteCount: count)
            used += count
            if used == slice.count { try flush() }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Ends the data area with its checksums; how many bytes they have.
    func writeChecksums() throws(LogError) -> UInt64 {
        if blockFilled > 0 { try finishBlock() }
        let count = UInt64(checksums.count)
        try checksums.drain { (bytes) throws(LogError) in try write(bytes) }
        return count
    }

    /// Hands everything to the file and makes it durable.
    func sync() throws(LogError) {
        try flush()
        try LogError.wrapping { () throws(StorageError) in try backend.sync() }
    }

    private func finishBlock() throws(LogError) {
        let value = blockChecksum.littleEndian
        try withUnsafeBytes(of: value) { (bytes) throws(LogError) in try checksums.append(bytes) }
        block += 1
        blockFilled = 0
        blockChecksum = SegmentSeed.data.value(id: id, place: block)
    }

    private func flush() throws(LogError) {
        guard used > 0 else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: slice[..<used])
        _ = try LogError.wrapping { () throws(StorageError) in
            try backend.write(bytes, at: sliceOffset)
        }
        // The disk begins with it now, in even steps, and not with everything at the end.
        if let file {
            File.startWriting(file.descriptor, at: sliceOffset, count: used)
        }
        sliceOffset += UInt64(used)
        let count = used
        used = 0
        try afterSlice?(count)
    }
}
