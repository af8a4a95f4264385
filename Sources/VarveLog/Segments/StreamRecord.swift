package import VarveBytes

/// A stream as it is after a cut: what the catalog keeps of it, and what the segment that settled
/// it repeats, so that the catalog can be made anew.
package struct StreamRecord: Hashable, Sendable {
    /// Which stream.
    package var id: StreamID
    /// What tells it from an earlier stream of its name.
    package var incarnation: Incarnation
    /// Its name's bytes.
    package var name: [UInt8]
    /// Where its next record goes.
    package var tail = StreamPosition.start
    /// Its chain's head at the tail.
    package var head = ChainHash()
    /// The last frame that touched it.
    package var lastLSN = LSN.none
    /// The last frame that readers of it wait for.
    package var structuralLSN = LSN.none
    /// True when it takes no more records.
    package var isClosed = false
    /// True for a tombstone: the stream is gone and has no state.
    package var isDeleted = false
    /// True when only its forks read it.
    package var isRetired = false
    /// Where it begins in another stream, for a fork.
    package var origin: ForkOrigin?
    /// Where a trim made it begin for its readers; nil when it was never trimmed.
    package var visible: VisibleStart?
    /// When the stream must be looked at even if nobody touches it, on the wall clock.
    package var alarmMilliseconds: UInt64?
    /// How its records are stored when they are settled or merged.
    package var encoding = RunEncoding.none
    /// The upper layer's state; opaque here, at most 64 KiB.
    package var core: [UInt8] = []

    private static let closedFlag: UInt8 = 1 << 0
    private static let deletedFlag: UInt8 = 1 << 1
    private static let alarmFlag: UInt8 = 1 << 2
    private static let retiredFlag: UInt8 = 1 << 3
    private static let forkFlag: UInt8 = 1 << 4
    private static let trimmedFlag: UInt8 = 1 << 5
    private static let encodingShift: UInt8 = 6

    /// A stream without records; the rest is set afterwards.
    package init(id: StreamID, incarnation: Incarnation, name: [UInt8]) {
        self.id = id
        self.incarnation = incarnation
        self.name = name
    }

    /// Where its own records begin: behind those that a fork reads from its source.
    package var start: StreamPosition { origin?.position ?? .start }

    /// Where those of its own records begin that readers of it see. What lies before is hidden, and
    /// goes as soon as no fork pins it.
    package var visibleStart: StreamPosition { max(visible?.position ?? .start, start) }

    /// The chain's head at `visibleStart`: behind the last data record before it.
    package var visibleHead: ChainHash {
        guard let visible, visible.position > start else { return genesis }
        return visible.head
    }

    /// The stored bytes that are its own, not its source's, and not trimmed away: what the totals
    /// of the catalog and the quota of the layer above count. None of a reserved stream.
    var ownBytes: UInt64 { isReserved ? 0 : tail.byte &- visibleStart.byte }

    /// Whether it belongs to Varve itself.
    var isReserved: Bool { name.withUnsafeBytes { ReservedName.contains($0) } }

    /// Throws `limitExceeded` when a part is longer than the format takes.
    func check() throws(LogError) {
        guard name.count <= Format.nameBytesMax else {
            throw .limitExceeded(
                name: "name bytes", limit: Format.nameBytesMax, actual: name.count)
        }
        guard core.count <= SegmentFormat.coreBytesMax else {
            throw .limitExceeded(
                name: "state bytes", limit: SegmentFormat.coreBytesMax, actual: core.count)
        }
    }

    /// Appends the record (`docs/segment-format.md`, "Stream record").
    package func encode(into writer: inout ByteWriter) {
        let flags =
            (isClosed ? Self.closedFlag : 0) | (isDeleted ? Self.deletedFlag : 0)
            | (alarmMilliseconds == nil ? 0 : Self.alarmFlag)
            | (isRetired ? Self.retiredFlag : 0) | (origin == nil ? 0 : Self.forkFlag)
            | (visible == nil ? 0 : Self.trimmedFlag)
            | encoding.rawValue << Self.encodingShift
        writer.append(flags)
        writer.appendVarint(id.rawValue)
        incarnation.store(to: writer.extend(by: Format.incarnationBytes))
        writer.appendVarint(UInt64(name.count))
        name.withUnsafeBytes { writer.append($0) }
        writer.appendVarint(tail.record)
        writer.appendVarint(tail.byte)
        writer.append(head)
        writer.appendVarint(lastLSN.rawValue)
        writer.appendVarint(structuralLSN.rawValue)
        if let alarmMilliseconds { writer.appendVarint(alarmMilliseconds) }
        if let origin { origin.store(to: writer.extend(by: ForkOrigin.byteCount)) }
        if let visible {
            writer.appendVarint(visible.position.record)
            writer.appendVarint(visible.position.byte)
            writer.append(visible.head)
        }
        writer.appendVarint(UInt64(core.count))
        core.withUnsafeBytes { writer.append($0) }
    }

    /// Reads what `encode` wrote and moves behind it.
    package init(from reader: inout ByteReader) throws(TruncatedInput) {
        let flags = try reader.read(UInt8.self)
        let id = try reader.readVarint()
        guard let encoding = RunEncoding(rawValue: flags >> Self.encodingShift), id >= 1 else {
            throw TruncatedInput(
                position: reader.position, expected: 0, available: reader.remaining)
        }
        let incarnation = try reader.read(count: Format.incarnationBytes)
        self.init(
            id: StreamID(rawValue: id),
            incarnation: Incarnation(loadingFrom: incarnation.start),
            name: try reader.readRun(atMost: Format.nameBytesMax))
        self.encoding = encoding
        isClosed = flags & Self.closedFlag != 0
        isDeleted = flags & Self.deletedFlag != 0
        isRetired = flags & Self.retiredFlag != 0
        tail = StreamPosition(record: try reader.readVarint(), byte: try reader.readVarint())
        head = try reader.readDigest()
        lastLSN = LSN(try reader.readVarint())
        structuralLSN = LSN(try reader.readVarint())
        if flags & Self.alarmFlag != 0 { alarmMilliseconds = try reader.readVarint() }
        if flags & Self.forkFlag != 0 {
            let bytes = try reader.read(count: ForkOrigin.byteCount)
            let origin = ForkOrigin(loadingFrom: bytes.start)
            guard origin.source.rawValue >= 1, origin.source.rawValue < id,
                origin.position.record <= tail.record, origin.position.byte <= tail.byte
            else {
                throw TruncatedInput(
                    position: reader.position, expected: 0, available: reader.remaining)
            }
            self.origin = origin
        }
        if flags & Self.trimmedFlag != 0 { visible = try Self.readVisible(&reader, before: tail) }
        core = try reader.readRun(atMost: SegmentFormat.coreBytesMax)
    }

    private static func readVisible(
        _ reader: inout ByteReader, before tail: StreamPosition
    ) throws(TruncatedInput) -> VisibleStart {
        let position = StreamPosition(
            record: try reader.readVarint(), byte: try reader.readVarint())
        guard position > .start, position.record <= tail.record, position.byte <= tail.byte else {
            throw TruncatedInput(
                position: reader.position, expected: 0, available: reader.remaining)
        }
        return VisibleStart(position: position, head: try reader.readDigest())
    }

    /// Reads a record that fills `bytes`, which were found in `place`.
    ///
    /// Throws `corruption` that names `place` when they are not one record.
    package init(decoding bytes: UnsafeRawBufferPointer, in place: String) throws(LogError) {
        var reader = ByteReader(bytes)
        do {
            try self.init(from: &reader)
        } catch {
            throw .corruption(
                file: place, byte: 0, count: UInt64(bytes.count), detail: "stream record: \(error)")
        }
        guard reader.isAtEnd else {
            throw .corruption(
                file: place, byte: UInt64(reader.position), count: UInt64(reader.remaining),
                detail: "more than a stream record")
        }
    }
}
