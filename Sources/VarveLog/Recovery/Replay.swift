import VarveBytes

/// Applies frame sets to streams, in the order of the log: what staging did, done again.
///
/// Checks every set against the state it meets. Recovery applies what is not settled to the
/// streams of the log; a settlement applies what it settles to streams of its own. Thread rule: one
/// thread.
final class Replay {
    /// Where streams are found by name; nil when nobody looks for them.
    private let directory: StreamDirectory?
    private let fold: (any LogFold)?
    /// What brings the other streams of a log into its directory; nil when these stand alone.
    private let loader: StreamLoader?
    private let load: (StreamID) throws(LogError) -> LogStream?
    /// The streams by id: those that were created or loaded, and not deleted.
    @exclusivity(unchecked) private(set) var streams: [UInt64: LogStream] = [:]
    /// The same streams once more: looking one up here is quicker.
    @exclusivity(unchecked) private var table = StreamTable()
    /// The own bytes that streams had when they were loaded, for the streams of a log.
    private var loadedBytes: [UInt64: UInt64] = [:]
    /// The streams that were deleted, in the order of the log.
    private(set) var deleted: [LogStream] = []
    /// The redactions among the sets, in the order of the log, and their streams.
    private(set) var redactions: [(stream: StreamID, redaction: Redaction)] = []
    /// The time of the last frame.
    @exclusivity(unchecked) private(set) var lastWall: UInt64 = 0

    /// A replay into the streams of a log, which `loader` loads when they first matter.
    init(into directory: StreamDirectory, from loader: StreamLoader, fold: (any LogFold)?) {
        self.directory = directory
        self.fold = fold
        self.loader = loader
        load = { (id) throws(LogError) in try loader.load(id) }
    }

    /// A replay into streams that stand for themselves and that nobody reads: a fork has no source,
    /// and where their records lie is not kept.
    ///
    /// - Parameter load: finds a stream that was settled; asked when its first change comes.
    init(fold: (any LogFold)?, load: @escaping (StreamID) throws(LogError) -> LogStream?) {
        directory = nil
        self.fold = fold
        loader = nil
        self.load = load
    }

    /// By how many bytes the streams' own records grew, wrapping around when they shrank.
    var gainedBytes: UInt64 {
        var gained: UInt64 = 0
        for (id, stream) in streams {
            gained &+= StreamRecord(of: stream, nil).ownBytes &- (loadedBytes[id] ?? 0)
        }
        for stream in deleted { gained &-= loadedBytes[stream.id.rawValue] ?? 0 }
        return gained
    }

    /// Has what is known of streams brought near, since frames of theirs come next.
    func expect(_ ids: some Collection<StreamID>) {
        table.prefetch(ids)
    }

    /// Applies one set, whose frames lie at `bytes` (one for each part) of the file `file`.
    func apply(
        _ set: SetAssembler.FrameSet, file: UInt32, bytes: [UInt64]
    ) throws(LogError) {
        let start = StreamPosition(record: set.first.firstRecord, byte: set.first.firstByte)
        let end = StreamPosition(
            record: start.record + set.dataRecords, byte: start.byte + set.payloadBytes)
        let stream: LogStream
        let released: [LogStream]
        try loadUnknown(set)
        let nameIsTaken = set.first.kind.creates ? try isTaken(set.name) : false
        do throws(LogError.Inconsistency) {
            guard set.first.wallMilliseconds >= lastWall else { throw .timeGoesBack }
            lastWall = set.first.wallMilliseconds
            stream = try self.stream(for: set, nameIsTaken: nameIsTaken)
            try stream.withLock { (state) throws(LogError.Inconsistency) in
                try Self.advance(&state, set, from: start, to: end)
                if directory != nil { try Self.note(&state, set, file: file, bytes: bytes) }
            }
            if let redaction = set.redaction { try redact(redaction, set, on: stream) }
            released = try release(set)
        } catch {
            throw .corruption(
                file: JournalFileName(number: UInt64(file), role: .journal).path,
                byte: set.parts[0].byte, count: UInt64(set.parts[0].frameBytes),
                detail: error.rawValue)
        }
        if set.redaction == nil { try tellFold(set, stream, start, end) }
        switch set.first.kind {
        case .create, .fork: publish(stream)
        case .append, .retire: break
        case .delete:
            remove(stream, at: set.lastLSN)
            for source in released { remove(source, at: set.lastLSN) }
        }
    }

    /// Applies a set that is one frame with an append of nothing but data records (`isPlain`),
    /// which lies at `byte` of the file `file`: what most sets are. For streams whose extents are
    /// not kept.
    func applyPlain(_ frame: Frame, file: UInt32, byte: UInt64) throws(LogError) {
        precondition(directory == nil, "nobody reads the streams")
        let header = frame.header
        let start = StreamPosition(record: header.firstRecord, byte: header.firstByte)
        let end = StreamPosition(
            record: start.record + UInt64(header.recordCount),
            byte: start.byte + UInt64(header.payloadBytes))
        let id = StreamID(rawValue: header.stream)
        var known = table.find(id)
        if known == nil {
            try loadUnknown(header.stream)
            known = table.find(id)
        }
        let stream: LogStream
        do throws(LogError.Inconsistency) {
            guard header.wallMilliseconds >= lastWall else { throw .timeGoesBack }
            lastWall = header.wallMilliseconds
            guard let known else { throw .unknownStream }
            stream = known
            try known.withLock { (state) throws(LogError.Inconsistency) in
                guard state.tail == start else { throw .wrongPosition }
                guard !state.isRetired else { throw .retiredStream }
                guard !state.isClosed || header.recordCount == 0 else { throw .closedStream }
                state.advance(
                    to: end, head: header.head, lsn: header.lsn, isStructural: header.isStructural)
            }
        } catch {
            throw .corruption(
                file: JournalFileName(number: UInt64(file), role: .journal).path, byte: byte,
                count: UInt64(header.frameBytes), detail: error.rawValue)
        }
        try fold?.apply(
            ReplayedMutation(
                lsn: LSN(header.lsn), kind: header.kind, stream: stream,
                annotation: frame.annotation, wallMilliseconds: header.wallMilliseconds,
                start: start, end: end, closes: false, visible: nil,
                isStructural: header.isStructural))
    }

    /// Notes what a redaction erases: of a fork it may begin in its sources, which were loaded.
    private func redact(
        _ redaction: Redaction, _ set: SetAssembler.FrameSet, on stream: LogStream
    ) throws(LogError.Inconsistency) {
        redactions.append((stream.id, redaction))
        var redaction = redaction
        var owner = stream
        while let origin = owner.edge?.origin, redaction.start < origin.position {
            // A source is older than its forks: else this would have no end.
            guard origin.source.rawValue < owner.id.rawValue,
                let source = streams[origin.source.rawValue]
            else { throw .unknownSource }
            owner = source
            redaction = redaction.clipped(to: origin.position)
            guard redaction.start.record < redaction.end.record else { throw .impossibleRedaction }
            redactions.append((source.id, redaction))
            let isThere = source.withLock { state in
                guard directory != nil else {
                    state.noteRedaction(lsn: set.lastLSN)
                    return redaction.end <= state.tail
                }
                state.redact(redaction, lsn: set.lastLSN)
                return redaction.end <= state.settledEnd
            }
            guard isThere else { throw .impossibleRedaction }
        }
    }

    private func remove(_ stream: LogStream, at lsn: UInt64) {
        table.remove(stream)
        streams[stream.id.rawValue] = nil
        deleted.append(stream)
        directory?.remove(stream, at: lsn)
    }

    private func loadUnknown(_ set: SetAssembler.FrameSet) throws(LogError) {
        if !set.first.kind.creates { try loadUnknown(set.first.stream) }
        for id in set.released { try loadUnknown(id) }
        var owner = streams[set.first.stream]
        while let redaction = set.redaction, let fork = owner, let origin = fork.edge?.origin,
            redaction.start < origin.position, origin.source.rawValue < fork.id.rawValue
        {
            try loadUnknown(origin.source.rawValue)
            owner = streams[origin.source.rawValue]
        }
        if loader != nil, let origin = set.origin { try loadUnknown(origin.source.rawValue) }
    }

    private func loadUnknown(_ id: UInt64) throws(LogError) {
        guard streams[id] == nil, let stream = try load(StreamID(rawValue: id)) else { return }
        keep(stream)
        if loader != nil { loadedBytes[id] = StreamRecord(of: stream, nil).ownBytes }
    }

    /// The retired streams that a deletion ends with its own, marked as deleted.
    private func release(
        _ set: SetAssembler.FrameSet
    ) throws(LogError.Inconsistency) -> [LogStream] {
        var released: [LogStream] = []
        for id in set.released {
            guard let source = streams[id] else { throw .unknownStream }
            let isRetired = source.withLock { state in
                defer { state.markDeleted(lsn: set.lastLSN) }
                return state.isRetired && !state.isDeleted
            }
            guard isRetired else { throw .notRetired }
            released.append(source)
        }
        return released
    }

    private func isTaken(_ name: [UInt8]) throws(LogError) -> Bool {
        try name.span.withUnsafeBytes { (name) throws(LogError) in
            if directory?.find(name) != nil { return true }
            return try loader?.settledStream(named: name, blocking: true) != nil
        }
    }

    private func stream(
        for set: SetAssembler.FrameSet, nameIsTaken: Bool
    ) throws(LogError.Inconsistency) -> LogStream {
        guard set.first.kind.creates else {
            guard let stream = streams[set.first.stream] else { throw .unknownStream }
            return stream
        }
        guard let incarnation = set.incarnation else { throw .setWithoutBeginning }
        guard streams[set.first.stream] == nil, !nameIsTaken else { throw .streamExists }
        let edge = try set.origin.map { (origin) throws(LogError.Inconsistency) in
            try self.edge(to: origin)
        }
        return set.name.withUnsafeBytes { name in
            let genesis =
                set.origin.map { Chain.genesis(incarnation, name: name, forkOf: $0) }
                ?? Chain.genesis(incarnation, name: name)
            return LogStream(
                id: StreamID(rawValue: set.first.stream), incarnation: incarnation, name: name,
                edge: edge, encoding: set.first.encoding,
                state: LogStreamState(head: genesis, start: set.origin?.position ?? .start))
        }
    }

    /// The edge of a fork, its source checked.
    private func edge(to origin: ForkOrigin) throws(LogError.Inconsistency) -> ForkEdge {
        guard loader != nil else { return ForkEdge(origin, source: nil) }
        guard let source = streams[origin.source.rawValue] else { throw .unknownSource }
        let holds = source.withLock { state in
            !state.isRetired && origin.position <= state.tail
                && origin.position.byte <= state.tail.byte
        }
        let edge = ForkEdge(origin, source: source)
        guard holds, source.incarnation == origin.sourceIncarnation,
            edge.depth <= ForkOrigin.depthMax
        else { throw .unknownSource }
        return edge
    }

    private func keep(_ stream: LogStream) {
        streams[stream.id.rawValue] = stream
        table.insert(stream)
    }

    private func publish(_ stream: LogStream) {
        keep(stream)
        directory?.insert(stream)
    }

    private static func advance(
        _ state: inout LogStreamState, _ set: SetAssembler.FrameSet, from start: StreamPosition,
        to end: StreamPosition
    ) throws(LogError.Inconsistency) {
        guard state.tail == start else { throw .wrongPosition }
        guard !state.isRetired || set.redaction != nil else { throw .retiredStream }
        let isThere = set.redaction.map {
            $0.end.record <= state.tail.record && $0.end.byte <= state.tail.byte
        }
        guard isThere ?? true else { throw .impossibleRedaction }
        let hasRecords = set.parts.contains { $0.recordCount > 0 }
        let goesOn = set.dataRecords > 0 || set.closes
        guard !state.isClosed || !goesOn else { throw .closedStream }
        let isPossible = set.visible.map { state.canBegin(at: $0.position) } ?? true
        guard isPossible else { throw .impossibleTrim }
        let ends = set.first.kind == .delete || set.first.kind == .retire
        guard !hasRecords || !ends else { throw .unknownRecord }
        state.advance(
            to: end, head: set.first.head, lsn: set.lastLSN, isStructural: set.first.isStructural)
        if set.closes { state.isClosed = true }
        if let visible = set.visible { state.trim(to: visible) }
        if set.first.kind == .delete { state.markDeleted(lsn: set.lastLSN) }
        if set.first.kind == .retire { state.markRetired(lsn: set.lastLSN) }
    }

    /// Notes where the records of a set lie, whose frames are at `bytes` of a file, and which
    /// records it erases.
    private static func note(
        _ state: inout LogStreamState, _ set: SetAssembler.FrameSet, file: UInt32, bytes: [UInt64]
    ) throws(LogError.Inconsistency) {
        if let redaction = set.redaction {
            guard redaction.end <= state.settledEnd else { throw .impossibleRedaction }
            state.redact(redaction, lsn: set.lastLSN)
        }
        guard set.parts.contains(where: { $0.recordCount > 0 }) else { return }
        for (part, byte) in zip(set.parts, bytes) {
            state.extents.append(
                Extent(
                    lsn: set.lastLSN, file: file,
                    byte: UInt32(truncatingIfNeeded: byte + UInt64(part.prefixBytes)),
                    firstRecord: part.firstRecord, firstByte: part.firstByte,
                    isBoundary: part.continued == 0))
        }
    }

    private func tellFold(
        _ set: SetAssembler.FrameSet, _ stream: LogStream, _ start: StreamPosition,
        _ end: StreamPosition
    ) throws(LogError) {
        guard let fold else { return }
        try set.annotation.withUnsafeBufferPointer { (bytes) throws(LogError) in
            let annotation = UnsafeRawBufferPointer(bytes)
            try fold.apply(
                ReplayedMutation(
                    lsn: LSN(set.lastLSN), kind: set.first.kind, stream: stream,
                    annotation: annotation, wallMilliseconds: set.first.wallMilliseconds,
                    start: start, end: end, closes: set.closes, visible: set.visible,
                    isStructural: set.first.isStructural))
        }
    }
}
