import VarveBytes

/// A whole frame, read back: its lengths, its payload and its chain head.
final class FrameImage {
    /// The stored bytes of its records; valid as long as this object.
    let payload: UnsafeRawBufferPointer
    private let bytes: UnsafeMutableRawBufferPointer
    private let prefix: Int
    private let recordCount: Int

    /// Reads the frame that a piece stands for, waiting for a disk if need be.
    init(of piece: UnsettledFrames.Piece, from source: LogBytes) throws(LogError) {
        let (records, prefix) = try Self.trailer(of: piece, from: source)
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: prefix + Int(piece.payloadBytes), alignment: 8)
        do throws(LogError) {
            _ = try source.read(
                file: piece.file, byte: piece.byte - UInt32(prefix), into: bytes, blocking: true)
        } catch {
            bytes.deallocate()
            throw error
        }
        self.bytes = bytes
        self.prefix = prefix
        recordCount = records
        payload = UnsafeRawBufferPointer(rebasing: bytes[prefix...])
    }

    deinit {
        bytes.deallocate()
    }

    private var base: UnsafeRawPointer {
        UnsafeRawPointer(bytes.start)
    }

    /// The stream's chain head after the frame's set.
    var head: ChainHash { ChainHash(loadingFrom: base + 72) }

    /// The lengths of the records that start in the frame.
    var entries: [LengthEntry] {
        let start = prefix - Format.trailerBytes - Format.lengthEntryBytes * recordCount
        return (0..<recordCount).map {
            LengthEntry(
                rawValue: base.loadLittleEndian(start + Format.lengthEntryBytes * $0))
        }
    }

    /// The leaves of those of its records that keep one in a segment, in a stream of that
    /// incarnation: a trim comes first in its set.
    func leaves(of incarnation: Incarnation) throws(LogError) -> [SHA256Digest] {
        guard let visible = try FrameImage.visible(base, prefix, records: recordCount) else {
            return []
        }
        return [visible.leaf(of: incarnation, record: base.loadLittleEndian(56))]
    }

    /// Where the frame at `base`, which has `prefix` bytes before its payload, trims its stream to;
    /// nil when it does not.
    static func visible(
        _ base: UnsafeRawPointer, _ prefix: Int, records: Int
    ) throws(LogError) -> VisibleStart? {
        let trims = base.loadLittleEndian(33, as: UInt8.self) & 2 != 0
        guard trims, base.loadLittleEndian(36, as: UInt16.self) == 0 else { return nil }
        let kind = FrameKind(rawValue: base.loadLittleEndian(32))
        let start =
            Format.frameHeaderBytes + (kind?.identityBytes ?? 0)
            + Int(base.loadLittleEndian(40, as: UInt16.self))
        let end = prefix - Format.trailerBytes - Format.lengthEntryBytes * records
        guard start + VisibleStart.byteCount <= end else {
            throw .corruption(
                file: Format.journalDirectory, byte: 0, count: UInt64(prefix),
                detail: "a frame that trims has no room for the place")
        }
        return VisibleStart(loadingFrom: base + start)
    }

    /// How many records start in the frame, and how many bytes it has before its payload.
    private static func trailer(
        of piece: UnsettledFrames.Piece, from source: LogBytes
    ) throws(LogError) -> (records: Int, prefix: Int) {
        let count = Format.trailerBytes
        return try withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) {
            (buffer) throws(LogError) in
            let byte = piece.byte - UInt32(count)
            _ = try source.read(file: piece.file, byte: byte, into: buffer, blocking: true)
            let base = UnsafeRawPointer(buffer.start)
            let records = Int(base.loadLittleEndian(4, as: UInt32.self))
            let prefix = Int(base.loadLittleEndian(8, as: UInt32.self))
            guard prefix <= Int(piece.byte), prefix <= Format.frameBytesMax,
                records <= Format.partRecordsMax,
                prefix >= Format.frameHeaderBytes + Format.lengthEntryBytes * records + count
            else {
                throw .corruption(
                    file: JournalFileName(number: UInt64(piece.file), role: .journal).path,
                    byte: UInt64(byte), count: UInt64(count),
                    detail: "a frame's trailer is impossible")
            }
            return (records, prefix)
        }
    }
}
