import VarveBytes

/// Puts the frames of a set together again and checks that they belong together.
///
/// Keeps no payload: positions, lengths' sums and the annotation.
struct SetAssembler {
    /// One frame of a set.
    struct Part {
        /// The frame's position in its file.
        var byte: UInt64
        /// The bytes of the frame.
        var frameBytes: Int
        /// Bytes from the frame's first to its payload's first.
        var prefixBytes: Int
        var lsn: UInt64
        var firstRecord: UInt64
        var firstByte: UInt64
        var recordCount: Int
        var payloadBytes: Int
        var continued: Int
    }

    /// A complete set, but for its payload.
    struct FrameSet {
        /// The header of the first frame.
        var first: FrameHeader
        var incarnation: Incarnation?
        /// Where a fork begins.
        var origin: ForkOrigin?
        var name: [UInt8] = []
        /// The retired streams that a delete ends with its own.
        var released: [UInt64] = []
        /// Where a trim makes the stream begin.
        var visible: VisibleStart?
        /// The records that are erased.
        var redaction: Redaction?
        var annotation: [UInt8] = []
        var parts: [Part] = []
        /// Data records in the whole set.
        var dataRecords: UInt64 = 0
        /// Payload bytes in the whole set.
        var payloadBytes: UInt64 = 0
        /// True when a close record is the last one.
        var closes = false

        /// The LSN of the last frame.
        var lastLSN: UInt64 { first.lsn + UInt64(first.partCount) - 1 }
    }

    private var current: FrameSet?
    /// Stored bytes of the last record that are in parts to come.
    private var unfinished = 0

    /// True when a set has begun and is not complete.
    var isInside: Bool { current != nil }

    /// The position of the first frame of the set that has begun.
    var currentByte: UInt64? { current?.parts.first?.byte }

    /// Forgets an incomplete set.
    mutating func reset() {
        current = nil
        unfinished = 0
    }

    /// Adds a frame; the set, when it is the last of it. Throws what does not fit.
    mutating func add(_ frame: Frame, byte: UInt64) throws(LogError.Inconsistency) -> FrameSet? {
        var set: FrameSet
        if let current {
            set = current
            try Self.check(frame.header, continues: set)
        } else {
            guard frame.header.partIndex == 0 else { throw .setWithoutBeginning }
            set = FrameSet(first: frame.header)
            if frame.header.kind.creates {
                set.incarnation = frame.incarnation
                set.name = Array(frame.name)
            }
            if frame.header.kind == .fork { set.origin = frame.origin }
            set.released = frame.released
            set.visible = frame.visible
            set.redaction = frame.redaction
            guard !frame.header.redacts || set.redaction != nil else {
                throw .impossibleRedaction
            }
            set.annotation = Array(frame.annotation)
            unfinished = 0
        }
        try count(frame, in: &set)
        set.parts.append(
            Part(
                byte: byte, frameBytes: Int(frame.header.frameBytes),
                prefixBytes: frame.header.prefixBytes, lsn: frame.header.lsn,
                firstRecord: frame.header.firstRecord, firstByte: frame.header.firstByte,
                recordCount: Int(frame.header.recordCount),
                payloadBytes: Int(frame.header.payloadBytes), continued: frame.continued))
        guard set.parts.count == Int(set.first.partCount) else {
            current = set
            return nil
        }
        guard unfinished == 0 else { throw .recordWithoutEnd }
        current = nil
        return set
    }

    private static func check(
        _ header: FrameHeader, continues set: FrameSet
    ) throws(LogError.Inconsistency) {
        let first = set.first
        guard header.partIndex == UInt16(truncatingIfNeeded: set.parts.count),
            header.partCount == first.partCount, header.stream == first.stream,
            header.kind == first.kind, header.head == first.head,
            header.wallMilliseconds == first.wallMilliseconds,
            header.isStructural == first.isStructural, header.trims == first.trims,
            header.encoding == first.encoding
        else { throw .partsContradict }
    }

    /// Checks the part's place and lengths, and counts its records and bytes.
    private mutating func count(
        _ frame: Frame, in set: inout FrameSet
    ) throws(LogError.Inconsistency) {
        let header = frame.header
        guard header.firstRecord == set.first.firstRecord + set.dataRecords,
            header.firstByte == set.first.firstByte + set.payloadBytes
        else { throw .partsContradict }
        guard frame.continued == min(unfinished, Int(header.payloadBytes)) else {
            throw .lengthsContradict
        }
        guard header.recordCount == 0 || frame.continued == unfinished else {
            throw .lengthsContradict
        }
        var bytes = unfinished
        for index in 0..<Int(header.recordCount) {
            let entry = frame.entry(index)
            let isFirst = set.parts.isEmpty && index == 0
            guard let kind = entry.kind, !set.closes,
                (kind == .trim) == (isFirst && set.visible != nil)
            else { throw .unknownRecord }
            if kind.takesNumber { set.dataRecords += 1 }
            if kind == .close { set.closes = true }
            bytes += entry.storedBytes
        }
        guard bytes >= Int(header.payloadBytes) else { throw .lengthsContradict }
        unfinished = bytes - Int(header.payloadBytes)
        set.payloadBytes += UInt64(header.payloadBytes)
    }
}

extension LogError {
    /// Frames that pass their checksums and contradict one another: never the work of a crash.
    enum Inconsistency: String, Error {
        case setWithoutBeginning = "a frame set begins in its middle"
        case partsContradict = "the frames of one set contradict one another"
        case lengthsContradict = "a frame's lengths contradict its payload"
        case recordWithoutEnd = "a record's last bytes are missing from its set"
        case unknownRecord = "a record's kind is not of this format"
        case unknownStream = "a frame changes a stream that does not exist"
        case unknownSource = "a fork does not begin in its source"
        case notRetired = "a delete ends another stream that is not retired"
        case retiredStream = "a frame changes a stream that only its forks read"
        case streamExists = "a frame creates a stream that exists"
        case impossibleTrim = "a trim does not move its stream's beginning within the stream"
        case impossibleRedaction = "a redaction is not of records that its stream has settled"
        case wrongPosition = "a frame does not begin where its stream ends"
        case closedStream = "a frame appends to a closed stream"
        case splitByMark = "the durable mark lies inside a group"
        case timeGoesBack = "a frame is older than the one before"
    }
}
