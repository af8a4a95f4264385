import VarveBytes

/// What a frame does to its stream. Persisted.
package enum FrameKind: UInt8, Sendable {
    /// Makes the stream; carries its incarnation and name.
    case create = 1
    /// Changes the stream: records, the upper layer's event, or both.
    case append = 2
    /// Ends the stream and frees its name, and those of retired sources that were kept for it.
    case delete = 3
    /// Makes the stream as a fork of another; carries incarnation, origin and name.
    case fork = 4
    /// Hides the stream from all but its forks.
    case retire = 5

    /// True when it makes the stream.
    package var creates: Bool { self == .create || self == .fork }

    /// Bytes of the identity before the name, in the first part.
    var identityBytes: Int {
        switch self {
        case .create: Format.incarnationBytes
        case .fork: Format.incarnationBytes + ForkOrigin.byteCount
        case .append, .delete, .retire: 0
        }
    }
}

/// The first 104 bytes of a frame (`docs/format.md`, "Frame header").
package struct FrameHeader: Equatable, Sendable {
    /// Bytes of the whole frame.
    package var frameBytes: UInt32
    /// The frame's place in the log.
    package var lsn: UInt64
    /// The stream it changes.
    package var stream: UInt64
    /// Its time on the wall clock.
    package var wallMilliseconds: UInt64
    /// What it does.
    package var kind: FrameKind
    /// True for a change that readers of the stream wait for.
    package var isStructural: Bool
    /// True when its set trims the stream; the first part has the visible start.
    package var trims: Bool
    /// True when it erases records of its stream; the frame says which.
    package var redacts = false
    /// How the stream's records are stored when they are settled, in a create or fork.
    package var encoding = RunEncoding.none
    /// Its place in its set, from 0.
    package var partIndex: UInt16
    /// The number of frames of its set.
    package var partCount: UInt16
    /// Bytes of the name, in the first part of a create or fork; of the further ids, in a delete.
    package var nameBytes: UInt16
    /// Bytes of the annotation, in the first part.
    package var annotationBytes: UInt32
    /// The number of records that start here, control records included.
    package var recordCount: UInt32
    /// The bytes of payload here.
    package var payloadBytes: UInt32
    /// The number of the first data record that starts here, or would start next.
    package var firstRecord: UInt64
    /// The position in the stream of the first payload byte.
    package var firstByte: UInt64
    /// The stream's chain head after the whole set.
    package var head: ChainHash

    /// Bytes from the frame's first to its payload's first.
    var prefixBytes: Int {
        Self.prefixBytes(
            kind: kind, isFirst: partIndex == 0, trims: trims, redacts: redacts,
            name: Int(nameBytes), annotation: Int(annotationBytes), records: Int(recordCount))
    }

    /// Bytes from the first byte of a frame to its payload's first.
    static func prefixBytes(
        kind: FrameKind, isFirst: Bool, trims: Bool, redacts: Bool, name: Int, annotation: Int,
        records: Int
    ) -> Int {
        Format.frameHeaderBytes + (isFirst ? kind.identityBytes + name : 0)
            + (isFirst && trims ? VisibleStart.byteCount : 0)
            + (redacts ? Redaction.byteCount : 0) + annotation
            + Format.lengthEntryBytes * records + Format.trailerBytes
    }

    /// The number of bytes the frame at `base` says it has; it may be anything.
    static func claimedBytes(_ base: UnsafeRawPointer) -> Int {
        Int(base.loadLittleEndian(0, as: UInt32.self))
    }

    /// The stream that the frame at `base` says it changes; it may be anything.
    static func claimedStream(_ base: UnsafeRawPointer) -> UInt64 {
        base.loadLittleEndian(16)
    }

    /// Writes the header without its checksum to `base`.
    func encode(to base: UnsafeMutableRawPointer) {
        base.storeLittleEndian(frameBytes, at: 0)
        base.storeLittleEndian(lsn, at: 8)
        base.storeLittleEndian(stream, at: 16)
        base.storeLittleEndian(wallMilliseconds, at: 24)
        let flags: UInt32 =
            (isStructural ? 1 << 8 : 0) | (trims ? 1 << 9 : 0) | (redacts ? 1 << 10 : 0)
        base.storeLittleEndian(
            UInt32(kind.rawValue) | flags | UInt32(encoding.rawValue) << 16, at: 32)
        base.storeLittleEndian(partIndex, at: 36)
        base.storeLittleEndian(partCount, at: 38)
        base.storeLittleEndian(UInt32(nameBytes), at: 40)
        base.storeLittleEndian(annotationBytes, at: 44)
        base.storeLittleEndian(recordCount, at: 48)
        base.storeLittleEndian(payloadBytes, at: 52)
        base.storeLittleEndian(firstRecord, at: 56)
        base.storeLittleEndian(firstByte, at: 64)
        head.store(to: base + 72)
    }

    /// Stores the checksum of the complete frame at `base`.
    package static func seal(
        _ base: UnsafeMutableRawPointer, frameBytes: Int, fileID: UInt64, lsn: UInt64
    ) {
        let covered = UnsafeRawBufferPointer(start: base + 8, count: frameBytes - 8)
        let seed = ChecksumSeed.value(fileID: fileID, lsn: lsn)
        base.storeLittleEndian(CRC32C.value(covered, seed: seed), at: 4)
    }
}
