import VarveBytes

/// Writes the frames of one mutation into memory that was reserved for them.
struct FrameEncoder {
    /// The change; its memory is the caller's.
    let mutation: Mutation
    /// What the frames do.
    let kind: FrameKind
    /// The stream's id.
    let stream: UInt64
    /// The stream's incarnation, for a create or fork.
    let incarnation: Incarnation?
    /// Where the stream begins in its source, for a fork.
    let origin: ForkOrigin?
    /// The stream's name, for a create or fork; the further ids, for a delete.
    let name: UnsafeRawBufferPointer
    /// The frames' time, which the journal decides.
    let wallMilliseconds: UInt64
    /// The number of parts.
    let partCount: Int
    /// The stream's chain head after the whole set.
    let head: ChainHash

    /// Bytes of the frame for `part`.
    static func frameBytes(
        _ part: PartPlan.Part, index: Int, mutation: Mutation, kind: FrameKind, nameBytes: Int
    ) -> Int {
        FrameHeader.prefixBytes(
            kind: kind, isFirst: index == 0, trims: mutation.visible != nil,
            redacts: mutation.redaction != nil, name: nameBytes,
            annotation: index == 0 ? mutation.annotation.count : 0, records: part.recordCount)
            + part.payloadBytes
    }

    /// Writes one frame to `placement`.
    ///
    /// - Parameters:
    ///   - position: where the first record that starts here, and the first payload byte, lie.
    func encode(
        _ part: PartPlan.Part, index: Int, position: StreamPosition, to placement: Placement
    ) {
        let base = placement.memory
        let isFirst = index == 0
        let header = FrameHeader(
            frameBytes: UInt32(placement.frameBytes), lsn: placement.lsn, stream: stream,
            wallMilliseconds: wallMilliseconds, kind: kind, isStructural: mutation.isStructural,
            trims: mutation.visible != nil, redacts: mutation.redaction != nil,
            encoding: mutation.encoding, partIndex: UInt16(index), partCount: UInt16(partCount),
            nameBytes: isFirst ? UInt16(name.count) : 0,
            annotationBytes: isFirst ? UInt32(mutation.annotation.count) : 0,
            recordCount: UInt32(part.recordCount), payloadBytes: UInt32(part.payloadBytes),
            firstRecord: position.record, firstByte: position.byte, head: head)
        header.encode(to: base)
        var next = base + Format.frameHeaderBytes
        if isFirst {
            if let incarnation {
                incarnation.store(to: next)
                next += Format.incarnationBytes
            }
            if let origin {
                origin.store(to: next)
                next += ForkOrigin.byteCount
            }
            Self.copy(name, to: &next)
            if let visible = mutation.visible {
                visible.store(to: next)
                next += VisibleStart.byteCount
            }
            if let redaction = mutation.redaction {
                redaction.store(to: next)
                next += Redaction.byteCount
            }
            Self.copy(mutation.annotation, to: &next)
        }
        writeLengths(part, to: &next)
        next.storeLittleEndian(UInt32(part.continued), at: 0)
        next.storeLittleEndian(UInt32(part.recordCount), at: 4)
        next += Format.trailerBytes
        (next - 4).storeLittleEndian(UInt32(next - base), at: 0)
        writePayload(part, to: &next)
        precondition(next - base == placement.frameBytes, "a frame fills what was reserved for it")
        FrameHeader.seal(
            base, frameBytes: placement.frameBytes, fileID: placement.fileID, lsn: placement.lsn)
    }

    private func writeLengths(_ part: PartPlan.Part, to next: inout UnsafeMutableRawPointer) {
        for index in part.firstIndex..<part.firstIndex + part.recordCount {
            let record = mutation.records[index]
            let entry = LengthEntry(
                length: record.bytes.count, kind: record.kind,
                hasSeparator: mutation.separator != nil && record.kind == .data)
            next.storeLittleEndian(entry.rawValue)
            next += Format.lengthEntryBytes
        }
    }

    private func writePayload(_ part: PartPlan.Part, to next: inout UnsafeMutableRawPointer) {
        var room = part.payloadBytes
        if part.continued > 0 {
            room -= part.continued
            writeRecord(
                part.firstIndex - 1, from: part.continuedFrom, count: part.continued, to: &next)
        }
        for index in part.firstIndex..<part.firstIndex + part.recordCount {
            let record = mutation.records[index]
            let hasSeparator = mutation.separator != nil && record.kind == .data
            let count = min(room, record.bytes.count + (hasSeparator ? 1 : 0))
            writeRecord(index, from: 0, count: count, to: &next)
            room -= count
        }
    }

    /// Writes `count` stored bytes of a record, from its byte `start` on.
    private func writeRecord(
        _ index: Int, from start: Int, count: Int, to next: inout UnsafeMutableRawPointer
    ) {
        let bytes = mutation.records[index].bytes
        let fromRecord = max(0, min(count, bytes.count - start))
        if fromRecord > 0 {
            Self.copy(
                UnsafeRawBufferPointer(rebasing: bytes[start..<start + fromRecord]), to: &next)
        }
        if fromRecord < count, let separator = mutation.separator {
            next.storeBytes(of: separator, as: UInt8.self)
            next += 1
        }
    }

    private static func copy(
        _ bytes: UnsafeRawBufferPointer, to next: inout UnsafeMutableRawPointer
    ) {
        guard let source = bytes.baseAddress else { return }
        next.copyMemory(from: source, byteCount: bytes.count)
        next += bytes.count
    }
}
