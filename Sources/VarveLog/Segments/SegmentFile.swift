import Synchronization
import VarveBytes
package import VarveStorage

/// A segment that is open for reading. Its bytes never change; whatever they are, no call traps or
/// allocates more than the file's size justifies.
///
/// Thread rule: any thread. Calls that take `blocking` do not wait for a disk when it is false.
package final class SegmentFile: Sendable {
    /// What the segment says of itself.
    package let header: SegmentHeader
    /// Where its areas lie and what they hold.
    package let footer: SegmentFooter
    /// Its bytes.
    package let backend: any StorageBackend
    /// The same, if it can tell a read that would wait for a disk.
    package let immediate: (any ImmediateReader)?
    /// The same, if the kernel can send from it.
    let sendable: (any DescriptorBackend)?
    /// Its path in the volume, for messages.
    package let path: String
    /// Which blocks of the data were found intact since this was opened.
    let checked: CheckedBlocks

    private init(
        header: SegmentHeader, footer: SegmentFooter, backend: any StorageBackend, path: String
    ) {
        self.header = header
        self.footer = footer
        self.backend = backend
        self.path = path
        immediate = backend as? any ImmediateReader
        sendable = backend as? any DescriptorBackend
        checked = CheckedBlocks(count: Int(footer.blockCount))
    }

    /// Opens a segment and checks its header and footer, waiting for the disk.
    ///
    /// Throws `missingFile`, `newerFormat`, or `corruption` with the place of the damage.
    package static func open(volume: any Volume, number: UInt32) throws(LogError) -> SegmentFile {
        let path = SegmentName(number: number).path
        let backend = try LogError.wrapping { () throws(StorageError) in
            try volume.open(path, create: .never)
        }
        return try open(backend, number: number, path: path)
    }

    /// The same for a segment whose bytes are in `backend`.
    static func open(
        _ backend: any StorageBackend, number: UInt32, path: String
    ) throws(LogError) -> SegmentFile {
        let size = backend.size
        let least = UInt64(SegmentFormat.headerBytes + SegmentFormat.footerBytes)
        guard size >= least, size <= SegmentFormat.fileBytesMax else {
            throw .corruption(
                file: path, byte: 0, count: size,
                detail: "expected a segment of \(least) bytes or more, found \(size)")
        }
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: SegmentFormat.headerBytes, alignment: 8)
        defer { block.deallocate() }
        try LogError.wrapping { () throws(StorageError) in try backend.read(at: 0, into: block) }
        let header = try readHeader(block, number: number, path: path)
        let offset = size - UInt64(SegmentFormat.footerBytes)
        try LogError.wrapping { () throws(StorageError) in
            try backend.read(at: offset, into: block)
        }
        guard let footer = SegmentFooter(UnsafeRawBufferPointer(block), at: offset, header: header)
        else {
            throw .corruption(
                file: path, byte: offset, count: UInt64(SegmentFormat.footerBytes),
                detail: "the footer is damaged, cut off, or not of this segment")
        }
        return SegmentFile(header: header, footer: footer, backend: backend, path: path)
    }

    /// Where the data area ends in the file.
    var dataEnd: UInt64 { footer.checksumsOffset }

    /// Fills `buffer` from `offset` of the file; false when that would wait and may not.
    func fill(
        _ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, blocking: Bool
    ) throws(LogError) -> Bool {
        try LogError.wrapping { () throws(StorageError) in
            if !blocking, let immediate {
                return try immediate.readImmediately(at: offset, into: buffer)
            }
            try backend.read(at: offset, into: buffer)
            return true
        }
    }

    /// Whether it comes first when segments take the place of others: of those that begin together
    /// the one that reaches furthest, then the newest.
    func precedes(_ other: SegmentFile) -> Bool {
        (header.first, other.header.last, other.header.number)
            < (other.header.first, header.last, header.number)
    }

    /// The error for `count` damaged bytes at `byte` of the file.
    func damage(_ byte: UInt64, _ count: UInt64, _ detail: String) -> LogError {
        .corruption(file: path, byte: byte, count: count, detail: detail)
    }

    private static func readHeader(
        _ block: UnsafeMutableRawBufferPointer, number: UInt32, path: String
    ) throws(LogError) -> SegmentHeader {
        let bytes = UInt64(SegmentFormat.headerBytes)
        do throws(SegmentHeader.Failure) {
            let header = try SegmentHeader(UnsafeRawBufferPointer(block))
            guard header.number == number else { throw .damaged }
            return header
        } catch {
            switch error {
            case .otherVersion(let version):
                throw .newerFormat(path: path, version: version)
            case .notASegment:
                throw .corruption(
                    file: path, byte: 0, count: 8, detail: "not a segment's first bytes")
            case .damaged:
                throw .corruption(
                    file: path, byte: 0, count: bytes,
                    detail: "the header is damaged, or not of segment \(number)")
            }
        }
    }
}
