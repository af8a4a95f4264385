import VarveBytes

/// One complete frame in memory, checked: a view that is valid as long as the memory is.
///
/// Checking reads nothing outside the bytes it is given, whatever they are.
package struct Frame {
    /// The header.
    package let header: FrameHeader
    /// The first byte of the frame.
    let base: UnsafeRawPointer
    /// How many payload bytes at the front belong to a record of an earlier part.
    package let continued: Int

    /// Why bytes are not a frame.
    package enum Failure: String, Error {
        case tooShort = "the frame is cut"
        case badLength = "the frame's length is impossible"
        case badChecksum = "the frame's checksum does not match"
        case wrongLSN = "the frame's number is not the next one"
        case badHeader = "the frame's header contradicts itself"
        case badLengths = "the frame's lengths contradict its payload"
    }

    /// Checks the frame at the front of `bytes`, which may be longer than it.
    ///
    /// - Parameters:
    ///   - fileID: the id of the file the bytes are from.
    ///   - lsn: the LSN the frame must have.
    package init(_ bytes: UnsafeRawBufferPointer, fileID: UInt64, lsn: UInt64) throws(Failure) {
        guard bytes.count >= Format.frameHeaderBytes, let base = bytes.baseAddress else {
            throw .tooShort
        }
        let count = FrameHeader.claimedBytes(base)
        guard count >= Format.frameHeaderBytes + Format.trailerBytes, count <= Format.frameBytesMax
        else { throw .badLength }
        guard count <= bytes.count else { throw .tooShort }
        // The LSN first: that a frame of another place cannot pass is the checksum's work, but the
        // message should say what is wrong.
        let seed = ChecksumSeed.value(fileID: fileID, lsn: lsn)
        let covered = UnsafeRawBufferPointer(start: base + 8, count: count - 8)
        guard base.loadLittleEndian(4, as: UInt32.self) == CRC32C.value(covered, seed: seed) else {
            throw base.loadLittleEndian(8, as: UInt64.self) == lsn ? .badChecksum : .wrongLSN
        }
        guard base.loadLittleEndian(8, as: UInt64.self) == lsn else { throw .wrongLSN }
        guard let header = FrameHeader(checked: base, frameBytes: count) else { throw .badHeader }
        let payload = base + (count - Int(header.payloadBytes))
        let continued = Int((payload - 12).loadLittleEndian(as: UInt32.self))
        guard (payload - 8).loadLittleEndian(as: UInt32.self) == header.recordCount,
            Int((payload - 4).loadLittleEndian(as: UInt32.self)) == header.prefixBytes,
            continued <= Int(header.payloadBytes),
            header.partIndex > 0 || continued == 0
        else { throw .badLengths }
        self.header = header
        self.base = base
        self.continued = continued
    }

    /// The whole frame.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: Int(header.frameBytes))
    }

    /// The stored bytes of this part.
    package var payload: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + header.prefixBytes, count: Int(header.payloadBytes))
    }

    /// The incarnation, in the first part of a create or fork.
    package var incarnation: Incarnation {
        Incarnation(loadingFrom: base + Format.frameHeaderBytes)
    }

    /// Where the stream begins in its source, in the first part of a fork.
    package var origin: ForkOrigin {
        ForkOrigin(loadingFrom: base + Format.frameHeaderBytes + Format.incarnationBytes)
    }

    /// The name, in the first part of a create or fork.
    package var name: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: base + Format.frameHeaderBytes + header.kind.identityBytes,
            count: Int(header.nameBytes))
    }

    /// The retired streams that a delete ends with its own.
    package var released: [UInt64] {
        guard header.kind == .delete else { return [] }
        return (0..<Int(header.nameBytes) / 8).map { index in
            base.loadLittleEndian(Format.frameHeaderBytes + 8 * index)
        }
    }

    /// Where a trim makes the stream begin, in the first part of its set.
    package var visible: VisibleStart? {
        guard header.trims, header.partIndex == 0 else { return nil }
        return VisibleStart(
            loadingFrom: base + Format.frameHeaderBytes + header.kind.identityBytes
                + Int(header.nameBytes))
    }

    /// The records that it erases; nil when it erases none, or says nothing that makes sense.
    package var redaction: Redaction? {
        guard header.redacts else { return nil }
        return Redaction(loadingFrom: base + Format.frameHeaderBytes)
    }

    /// The upper layer's event, in the first part; why records are erased, in a frame that does.
    package var annotation: UnsafeRawBufferPointer {
        let start =
            header.prefixBytes - Format.trailerBytes
            - Format.lengthEntryBytes * Int(header.recordCount) - Int(header.annotationBytes)
        return UnsafeRawBufferPointer(start: base + start, count: Int(header.annotationBytes))
    }

    /// True when the frame is a whole set that appends data records, or none, and nothing else; its
    /// lengths were checked then.
    var isPlain: Bool {
        guard header.kind == .append, header.partCount == 1, !header.redacts else { return false }
        var left = Int(header.payloadBytes)
        for index in 0..<Int(header.recordCount) {
            let entry = entry(index)
            guard entry.kind == .data else { return false }
            left -= entry.storedBytes
        }
        return left == 0
    }

    /// The frame from its records' lengths on: the lengths, the trailer and the payload.
    var tail: UnsafeRawBufferPointer {
        let lengths = Format.lengthEntryBytes * Int(header.recordCount)
        let start = header.prefixBytes - Format.trailerBytes - lengths
        return UnsafeRawBufferPointer(
            start: base + start, count: Int(header.frameBytes) - start)
    }

    /// The entry of the record at `index` of those that start here.
    package func entry(_ index: Int) -> LengthEntry {
        precondition(index >= 0 && index < Int(header.recordCount), "a record that is not here")
        let lengths =
            base + header.prefixBytes - Format.trailerBytes
            - Format.lengthEntryBytes * Int(header.recordCount)
        return LengthEntry(rawValue: lengths.loadLittleEndian(Format.lengthEntryBytes * index))
    }
}

extension FrameHeader {
    /// Reads a header whose frame passed its checksum; nil when its fields contradict one another.
    fileprivate init?(checked base: UnsafeRawPointer, frameBytes: Int) {
        let kindAndFlags = base.loadLittleEndian(32, as: UInt32.self)
        guard let kind = FrameKind(rawValue: UInt8(truncatingIfNeeded: kindAndFlags)),
            let encoding = RunEncoding(rawValue: UInt8(truncatingIfNeeded: kindAndFlags >> 16)),
            kindAndFlags >> 24 == 0, kindAndFlags >> 8 & 0xff <= 7,
            base.loadLittleEndian(42, as: UInt16.self) == 0
        else { return nil }
        self.init(
            frameBytes: UInt32(frameBytes), lsn: base.loadLittleEndian(8),
            stream: base.loadLittleEndian(16), wallMilliseconds: base.loadLittleEndian(24),
            kind: kind, isStructural: kindAndFlags >> 8 & 1 == 1,
            trims: kindAndFlags >> 9 & 1 == 1, redacts: kindAndFlags >> 10 & 1 == 1,
            encoding: encoding,
            partIndex: base.loadLittleEndian(36), partCount: base.loadLittleEndian(38),
            nameBytes: base.loadLittleEndian(40), annotationBytes: base.loadLittleEndian(44),
            recordCount: base.loadLittleEndian(48), payloadBytes: base.loadLittleEndian(52),
            firstRecord: base.loadLittleEndian(56), firstByte: base.loadLittleEndian(64),
            head: ChainHash(loadingFrom: base + 72))
        guard isConsistent else { return nil }
    }

    /// True when the fields respect the limits and one another.
    private var isConsistent: Bool {
        partIndex < partCount && nameBytes <= Format.nameBytesMax
            && annotationBytes <= Format.annotationBytesMax
            && recordCount <= Format.partRecordsMax && payloadBytes <= Format.partPayloadBytesMax
            && prefixBytes + Int(payloadBytes) == Int(frameBytes)
            && firstRecord < 1 << 62 && firstByte < 1 << 62
            && (partIndex == 0 || annotationBytes == 0)
            && hasRightName && stream >= 1 && stream <= lsn
            && (!kind.creates || stream == lsn - UInt64(min(UInt64(partIndex), lsn)))
            && (!trims || mayTrim) && (!redacts || mayRedact)
            && (encoding == .none || kind.creates)
            && (!endsStream || (recordCount == 0 && payloadBytes == 0 && partCount == 1))
    }

    /// True when a set of this kind can trim its stream, and the frame has the room for it.
    private var mayTrim: Bool {
        isStructural && (kind == .append || kind == .fork) && (partIndex > 0 || recordCount > 0)
    }

    /// True when the frame can erase records: it does nothing else.
    private var mayRedact: Bool {
        kind == .append && !isStructural && !trims && partCount == 1 && recordCount == 0
            && payloadBytes == 0
    }

    private var endsStream: Bool { kind == .delete || kind == .retire }

    /// True when there are bytes of a name, or of ids, where there may be some.
    private var hasRightName: Bool {
        switch kind {
        case .create, .fork: (nameBytes > 0) == (partIndex == 0)
        case .delete: nameBytes % 8 == 0
        case .append, .retire: nameBytes == 0
        }
    }
}
