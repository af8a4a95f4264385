package import VarveBytes

/// Where the records of one stream lie in one segment: what a loaded stream keeps in memory (64
/// bytes), and what the catalog keeps under the stream and the run's first record.
package struct SettledRun: Hashable, Sendable {
    /// The number of the segment, at most 32 bits.
    package let segment: UInt32
    /// The number of checkpoints (24 bits), how the bytes are stored (4 bits), and the head's flag.
    private let packed: UInt32
    /// The number of the first data record.
    package let firstRecord: UInt64
    /// The position in the stream of the first byte.
    package let firstByte: UInt64
    /// How many data records there are.
    package let recordCount: UInt64
    /// How many bytes of the stream there are.
    package let byteCount: UInt64
    /// Where the stored bytes begin in the file.
    package let dataOffset: UInt64
    /// How many bytes are stored; `byteCount` when nothing was made smaller.
    package let storedBytes: UInt64
    /// The bytes of all interval blocks together; they follow the stored bytes.
    package let blocksBytes: UInt64

    private static let headFlag: UInt32 = 1 << 31
    private static let encodingShift: UInt32 = 24
    private static let encodingMask: UInt32 = 0xf

    /// A run; `checkpointCount` is at most `SegmentFormat.checkpointsMax`.
    package init(
        segment: UInt32, start: StreamPosition, recordCount: UInt64, byteCount: UInt64,
        dataOffset: UInt64, storedBytes: UInt64, blocksBytes: UInt64, checkpointCount: Int,
        encoding: RunEncoding, hasHead: Bool
    ) {
        precondition(
            checkpointCount >= 1 && checkpointCount <= SegmentFormat.checkpointsMax,
            "a run's checkpoints were counted before")
        self.segment = segment
        firstRecord = start.record
        firstByte = start.byte
        self.recordCount = recordCount
        self.byteCount = byteCount
        self.dataOffset = dataOffset
        self.storedBytes = storedBytes
        self.blocksBytes = blocksBytes
        packed =
            UInt32(checkpointCount) | UInt32(encoding.rawValue) << Self.encodingShift
            | (hasHead ? Self.headFlag : 0)
    }

    /// How many checkpoints there are, the run's beginning included.
    package var checkpointCount: Int { Int(packed & UInt32(SegmentFormat.checkpointsMax)) }

    /// How the bytes are stored.
    package var encoding: RunEncoding {
        let raw = UInt8(packed >> Self.encodingShift & Self.encodingMask)
        return RunEncoding(rawValue: raw) ?? .none
    }

    /// False when the run begins where its stream's chain does, so that the head there is not
    /// stored.
    package var hasHead: Bool { packed & Self.headFlag != 0 }

    /// The position of its first byte.
    package var start: StreamPosition { StreamPosition(record: firstRecord, byte: firstByte) }

    /// The position behind its last record.
    package var end: StreamPosition {
        StreamPosition(record: firstRecord &+ recordCount, byte: firstByte &+ byteCount)
    }

    /// Where the interval blocks begin in the file.
    package var blocksOffset: UInt64 { dataOffset &+ storedBytes }

    /// Where the table of checkpoints begins in the file, if the run has one.
    package var tableOffset: UInt64 { blocksOffset &+ blocksBytes }

    /// Appends the run (`docs/segment-format.md`, "Run").
    package func encode(into writer: inout ByteWriter) {
        let isRaw = encoding == .none
        writer.append(encoding.rawValue | (hasHead ? 0x10 : 0))
        writer.appendVarint(UInt64(segment))
        writer.appendVarint(firstRecord)
        writer.appendVarint(firstByte)
        writer.appendVarint(recordCount)
        writer.appendVarint(byteCount)
        writer.appendVarint(dataOffset)
        if !isRaw { writer.appendVarint(storedBytes) }
        writer.appendVarint(blocksBytes)
        writer.appendVarint(UInt64(checkpointCount))
    }

    /// Reads what `encode` wrote and moves behind it. Numbers that cannot be are malformed: ends
    /// beyond 63 bits, more stored bytes than bytes, no checkpoint.
    package init(from reader: inout ByteReader) throws(TruncatedInput) {
        let flags = try reader.read(UInt8.self)
        let segment = try reader.readVarint()
        let start = StreamPosition(
            record: try reader.readVarint(), byte: try reader.readVarint())
        let recordCount = try reader.readVarint()
        let byteCount = try reader.readVarint()
        let dataOffset = try reader.readVarint()
        let encoding = RunEncoding(rawValue: flags & 0xf)
        let storedBytes = encoding == RunEncoding.none ? byteCount : try reader.readVarint()
        let blocksBytes = try reader.readVarint()
        let checkpoints = try reader.readVarint()
        let limit = SegmentFormat.positionMax
        guard let encoding, flags & ~0x1f == 0, segment >= 1, segment <= UInt64(UInt32.max),
            start.record <= limit, recordCount <= limit, start.byte <= limit, byteCount <= limit,
            dataOffset <= limit, storedBytes <= byteCount, blocksBytes <= limit,
            checkpoints >= 1, checkpoints <= UInt64(SegmentFormat.checkpointsMax)
        else {
            throw TruncatedInput(
                position: reader.position, expected: 0, available: reader.remaining)
        }
        self.init(
            segment: UInt32(segment), start: start, recordCount: recordCount, byteCount: byteCount,
            dataOffset: dataOffset, storedBytes: storedBytes, blocksBytes: blocksBytes,
            checkpointCount: Int(checkpoints), encoding: encoding, hasHead: flags & 0x10 != 0)
    }

    /// Reads a run that fills `bytes`, which were found in `place`.
    ///
    /// Throws `corruption` that names `place` when they are not one run.
    package init(decoding bytes: UnsafeRawBufferPointer, in place: String) throws(LogError) {
        var reader = ByteReader(bytes)
        do {
            try self.init(from: &reader)
        } catch {
            throw .corruption(
                file: place, byte: 0, count: UInt64(bytes.count), detail: "settled run: \(error)")
        }
        guard reader.isAtEnd else {
            throw .corruption(
                file: place, byte: UInt64(reader.position), count: UInt64(reader.remaining),
                detail: "more than a settled run")
        }
    }
}
