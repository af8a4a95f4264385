import VarveBytes

/// The whole frame of an extent, read back: its lengths, its payload and its chain head.
final class FrameImage {
    /// The stored bytes of its records; valid as long as this object.
    let payload: UnsafeRawBufferPointer
    private let bytes: UnsafeMutableRawBufferPointer
    private let prefix: Int
    private let recordCount: Int

    /// Reads the frame whose payload is at `extent`, waiting for a disk if need be.
    init(of extent: Extent, payloadBytes: Int, from source: LogBytes) throws(LogError) {
        let (records, prefix) = try Self.trailer(of: extent, from: source)
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: prefix + payloadBytes, alignment: 8)
        do throws(LogError) {
            _ = try source.read(
                file: extent.file, byte: extent.byte - UInt32(prefix), into: bytes, blocking: true)
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
        UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped)
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

    /// How many records start in the frame, and how many bytes it has before its payload.
    private static func trailer(
        of extent: Extent, from source: LogBytes
    ) throws(LogError) -> (records: Int, prefix: Int) {
        let count = Format.trailerBytes
        return try withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) {
            (buffer) throws(LogError) in
            let byte = extent.byte - UInt32(count)
            _ = try source.read(file: extent.file, byte: byte, into: buffer, blocking: true)
            let base = UnsafeRawPointer(buffer.baseAddress.unsafelyUnwrapped)
            let records = Int(base.loadLittleEndian(4, as: UInt32.self))
            let prefix = Int(base.loadLittleEndian(8, as: UInt32.self))
            guard prefix <= Int(extent.byte), prefix <= Format.frameBytesMax,
                records <= Format.partRecordsMax,
                prefix >= Format.frameHeaderBytes + Format.lengthEntryBytes * records + count
            else {
                throw .corruption(
                    file: JournalFileName(number: UInt64(extent.file), role: .journal).path,
                    byte: UInt64(byte), count: UInt64(count),
                    detail: "a frame's trailer is impossible")
            }
            return (records, prefix)
        }
    }
}
