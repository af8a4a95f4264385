import VarveBytes

/// Follows the chains of all streams through the frames of a journal, recomputing every hash.
///
/// Unlike recovery it goes on behind damage: a stream that lost frames is noted once and followed
/// from what its next frame says.
struct ChainCheck {
    /// What is known of one stream.
    struct Progress {
        var name: String?
        var incarnation: Incarnation?
        /// Where the records begin that are there.
        var first = StreamPosition.start
        var record: UInt64 = 0
        var byte: UInt64 = 0
        var head = ChainHash()
        var isClosed = false
        /// Where a trim made it begin.
        var visible: VisibleStart?
        /// Where what is left of its records begins; nil while nothing is gone.
        var beginning: StreamPosition?
        /// True when the head is that behind a data record, or the genesis.
        var endsInData = true
        /// How many of its records have lost what they said.
        var redacted: UInt64 = 0
        var isIntact = true
        /// The first record that is, or may be, damaged.
        var damagedFrom: UInt64?
        /// False behind a gap: the head is what the last frame says, and was not computed.
        var isHeadKnown = true

        /// Something is wrong with that record, or the ones behind it.
        mutating func markDamaged(from record: UInt64) {
            isIntact = false
            damagedFrom = min(damagedFrom ?? record, record)
        }
    }

    /// Something wrong with a frame that passed its checksum.
    struct Finding {
        var stream: UInt64
        var name: String?
        var record: UInt64
        var detail: String
    }

    private(set) var streams: [UInt64: Progress]
    private var before: (stream: UInt64, progress: Progress?)?
    private var nextPart: UInt16 = 0
    private let hasher = SHA256Hasher()
    /// The record that reaches into the next part: its entry, and its bytes hashed so far.
    private var open: (entry: LengthEntry, hashed: Int)?
    private let watch: HeadWatch?
    /// What is looked for in the stream of the frame.
    private var places: [HeadWatch.Place]?
    /// The name of the only stream to follow; nil = all.
    private let only: String?

    /// A check that goes on with streams as they are known to be.
    ///
    /// - Parameters:
    ///   - watch: told of the heads at places that it looks at.
    ///   - only: the name of the only stream to follow; nil = all.
    init(from streams: [UInt64: Progress], watch: HeadWatch? = nil, only: String? = nil) {
        self.streams = streams
        self.watch = watch
        self.only = only
    }

    /// Takes back a set that never became complete.
    mutating func dropIncompleteSet() {
        if nextPart > 0, let before { streams[before.stream] = before.progress }
        nextPart = 0
        open = nil
        hasher.reset()
    }

    /// Follows one frame; what is wrong with it, if anything.
    mutating func follow(_ frame: Frame) -> Finding? {
        let header = frame.header
        guard isFollowed(frame) else {
            dropIncompleteSet()
            return nil
        }
        places = watch?.places(of: header.stream)
        guard header.partIndex == nextPart, nextPart == 0 || header.stream == before?.stream else {
            dropIncompleteSet()
            return finding(header, "a frame set begins in its middle")
        }
        if nextPart == 0 {
            before = (header.stream, streams[header.stream])
            open = nil
            hasher.reset()
        }
        let isLast = header.partIndex + 1 == header.partCount
        nextPart = isLast ? 0 : nextPart + 1
        if header.kind == .delete {
            let ids = ([header.stream] + frame.released).filter {
                only == nil || streams[$0] != nil
            }
            let finding =
                ids.contains { streams[$0] == nil }
                ? finding(header, "it deletes an unknown stream") : nil
            for id in ids { streams[id] = nil }
            return finding
        }
        var problem = begin(frame)
        var progress =
            streams[header.stream] ?? Progress(isIntact: false, damagedFrom: 0, isHeadKnown: false)
        if problem == nil, let detail = Self.gap(header, progress) {
            problem = finding(header, detail)
        }
        if problem != nil {
            progress.markDamaged(from: header.firstRecord)
            progress.isHeadKnown = false
            progress.record = header.firstRecord
            progress.byte = header.firstByte
            open = nil
            hasher.reset()
        }
        if let detail = records(of: frame, &progress) {
            problem = problem ?? finding(header, detail)
        }
        if isLast {
            if progress.isHeadKnown, progress.head != header.head {
                problem =
                    problem ?? finding(header, "the chain's head does not follow from its records")
                progress.markDamaged(from: header.firstRecord)
            }
            // Behind a gap the frame's own head is all there is to go on from.
            progress.head = header.head
            progress.isHeadKnown = progress.incarnation != nil
        }
        streams[header.stream] = progress
        return problem
    }

    /// Whether the frame is of a stream that is to be followed.
    private func isFollowed(_ frame: Frame) -> Bool {
        guard let only else { return true }
        if streams[frame.header.stream] != nil || frame.header.kind == .delete { return true }
        return frame.header.kind.creates && frame.header.partIndex == 0
            && String(decoding: frame.name, as: UTF8.self) == only
    }

    /// Makes the stream of a create frame.
    private mutating func begin(_ frame: Frame) -> Finding? {
        let header = frame.header
        guard header.kind.creates, header.partIndex == 0 else {
            return streams[header.stream] == nil
                ? finding(header, "the frame that created its stream is lost") : nil
        }
        let isKnown = streams[header.stream] != nil
        var progress = Progress(
            name: String(decoding: frame.name, as: UTF8.self), incarnation: frame.incarnation)
        var problem = isKnown ? "it creates a stream that exists" : nil
        if header.kind == .fork {
            let origin = frame.origin
            progress.first = origin.position
            progress.record = origin.position.record
            progress.byte = origin.position.byte
            progress.head = Chain.genesis(frame.incarnation, name: frame.name, forkOf: origin)
            problem = problem ?? Self.contradiction(origin, streams[origin.source.rawValue])
        } else {
            progress.head = Chain.genesis(frame.incarnation, name: frame.name)
        }
        streams[header.stream] = progress
        see(progress, progress.byte)
        return problem.map { finding(header, $0) }
    }

    /// What is wrong with a fork of a source that is known to be as `source` says.
    private static func contradiction(_ origin: ForkOrigin, _ source: Progress?) -> String? {
        guard let source else { return "it forks an unknown stream" }
        guard source.isIntact, source.isHeadKnown else { return nil }
        let tail = StreamPosition(record: source.record, byte: source.byte)
        guard source.incarnation == origin.sourceIncarnation, origin.position <= tail else {
            return "it does not begin in its source"
        }
        if origin.position == tail, source.endsInData, source.head != origin.sourceHead {
            return "its source had another head"
        }
        if let visible = source.visible, origin.position == visible.position,
            origin.sourceHead != visible.head
        {
            return "its source had another head where it was trimmed"
        }
        return nil
    }

    private static func gap(_ header: FrameHeader, _ progress: Progress) -> String? {
        if header.firstRecord == progress.record, header.firstByte == progress.byte { return nil }
        let expected = StreamPosition(record: progress.record, byte: progress.byte)
        let found = StreamPosition(record: header.firstRecord, byte: header.firstByte)
        return "its stream ends at \(expected), the frame begins at \(found)"
    }

    /// Hashes the records of a frame; what is wrong with its lengths.
    private mutating func records(of frame: Frame, _ progress: inout Progress) -> String? {
        var rest = frame.payload
        progress.byte += UInt64(rest.count)
        if let (entry, hashed) = open {
            guard add(entry, hashed, &rest, &progress, number: progress.record - 1) else {
                return nil
            }
        } else if frame.continued > 0 {
            rest = UnsafeRawBufferPointer(rebasing: rest[frame.continued...])
            progress.isHeadKnown = false
        }
        for index in 0..<Int(frame.header.recordCount) {
            let entry = frame.entry(index)
            guard let kind = entry.kind else {
                progress.isHeadKnown = false
                progress.markDamaged(from: progress.record)
                return "a record's kind is not of this format"
            }
            if kind == .trim {
                if let detail = trim(frame, isFirst: index == 0, &progress) { return detail }
                continue
            }
            if progress.isClosed {
                progress.markDamaged(from: progress.record)
                return "a record follows the stream's end"
            }
            let number = progress.record
            if kind.takesNumber { progress.record += 1 } else { progress.isClosed = true }
            progress.endsInData = kind.takesNumber
            _ = add(entry, 0, &rest, &progress, number: number)
        }
        return nil
    }

    /// Follows the trim record of a frame; what is wrong with it.
    private func trim(_ frame: Frame, isFirst: Bool, _ progress: inout Progress) -> String? {
        let tail = StreamPosition(record: progress.record, byte: frame.header.firstByte)
        guard isFirst, let visible = frame.visible,
            visible.position > progress.visible?.position ?? .start, visible.position <= tail,
            visible.position.byte <= tail.byte,
            visible.position != tail || !progress.endsInData || !progress.isHeadKnown
                || visible.head == progress.head || frame.header.kind == .fork
        else {
            progress.markDamaged(from: progress.record)
            progress.isHeadKnown = false
            return LogError.Inconsistency.impossibleTrim.rawValue
        }
        progress.visible = visible
        progress.endsInData = false
        if progress.isHeadKnown, let incarnation = progress.incarnation {
            let leaf = visible.leaf(of: incarnation, record: progress.record)
            progress.head = Chain.head(after: progress.head, leaf: leaf)
            see(progress, frame.header.firstByte)
        }
        return nil
    }

    /// Hashes what `rest` has of a record; false when it does not end here.
    private mutating func add(
        _ entry: LengthEntry, _ hashed: Int, _ rest: inout UnsafeRawBufferPointer,
        _ progress: inout Progress, number: UInt64
    ) -> Bool {
        let stored = min(entry.storedBytes - hashed, rest.count)
        let own = max(0, min(stored, entry.length - hashed))
        hasher.update(UnsafeRawBufferPointer(rebasing: rest[..<own]))
        rest = UnsafeRawBufferPointer(rebasing: rest[stored...])
        guard hashed + stored == entry.storedBytes else {
            open = (entry, hashed + stored)
            return false
        }
        open = nil
        let digest = hasher.finish()
        guard progress.isHeadKnown, let incarnation = progress.incarnation, let kind = entry.kind
        else { return true }
        progress.head = Chain.head(
            after: progress.head, incarnation: incarnation, record: number, kind: kind,
            length: entry.length, payload: digest)
        see(progress, progress.byte - UInt64(rest.count))
        return true
    }

    /// Tells whoever looks for it what the head behind a record is.
    private func see(_ progress: Progress, _ byte: UInt64) {
        guard let watch, let places, progress.isHeadKnown else { return }
        watch.see(
            places, at: StreamPosition(record: progress.record, byte: byte), progress.head)
    }

    private func finding(_ header: FrameHeader, _ detail: String) -> Finding {
        Finding(
            stream: header.stream, name: streams[header.stream]?.name ?? nil,
            record: header.firstRecord, detail: detail)
    }
}
