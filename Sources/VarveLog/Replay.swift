import VarveBytes

/// Applies frame sets to streams, in the order of the log: what staging did, done again.
///
/// Checks every set against the state it meets; used by recovery. Thread rule: one thread.
final class Replay {
    private let directory: StreamDirectory
    private let fold: (any LogFold)?
    private var streams: [UInt64: LogStream] = [:]
    /// The time of the last frame.
    private(set) var lastWall: UInt64 = 0

    /// A replay into empty tables.
    init(into directory: StreamDirectory, fold: (any LogFold)?) {
        self.directory = directory
        self.fold = fold
    }

    /// Applies one set, whose frames lie at `bytes` (one for each part) of the file `file`.
    func apply(
        _ set: SetAssembler.FrameSet, file: UInt32, bytes: [UInt64]
    ) throws(LogError) {
        let start = StreamPosition(record: set.first.firstRecord, byte: set.first.firstByte)
        let end = StreamPosition(
            record: start.record + set.dataRecords, byte: start.byte + set.payloadBytes)
        let stream: LogStream
        do throws(LogError.Inconsistency) {
            guard set.first.wallMilliseconds >= lastWall else { throw .timeGoesBack }
            lastWall = set.first.wallMilliseconds
            stream = try self.stream(for: set)
            try stream.withLock { (state) throws(LogError.Inconsistency) in
                try Self.advance(&state, set, from: start, to: end, file: file, bytes: bytes)
            }
        } catch {
            throw .corruption(
                file: JournalFileName(number: UInt64(file), role: .journal).path,
                byte: set.parts[0].byte, count: UInt64(set.parts[0].frameBytes),
                detail: error.rawValue)
        }
        try tellFold(set, stream, start, end)
        switch set.first.kind {
        case .create: publish(stream)
        case .append: break
        case .delete:
            streams[set.first.stream] = nil
            directory.remove(stream, at: set.lastLSN)
        }
    }

    private func stream(
        for set: SetAssembler.FrameSet
    ) throws(LogError.Inconsistency) -> LogStream {
        guard set.first.kind == .create else {
            guard let stream = streams[set.first.stream] else { throw .unknownStream }
            return stream
        }
        guard let incarnation = set.incarnation else { throw .setWithoutBeginning }
        let exists = set.name.withUnsafeBytes { directory.find($0) } != nil
        guard !exists, streams[set.first.stream] == nil else { throw .streamExists }
        return set.name.withUnsafeBytes { name in
            LogStream(
                id: StreamID(rawValue: set.first.stream), incarnation: incarnation, name: name,
                state: LogStreamState(head: Chain.genesis(incarnation, name: name)))
        }
    }

    private func publish(_ stream: LogStream) {
        streams[stream.id.rawValue] = stream
        directory.insert(stream)
    }

    private static func advance(
        _ state: inout LogStreamState, _ set: SetAssembler.FrameSet, from start: StreamPosition,
        to end: StreamPosition, file: UInt32, bytes: [UInt64]
    ) throws(LogError.Inconsistency) {
        guard state.tail == start else { throw .wrongPosition }
        let hasRecords = set.parts.contains { $0.recordCount > 0 }
        guard !state.isClosed || !hasRecords else { throw .closedStream }
        guard !hasRecords || set.first.kind != .delete else { throw .unknownRecord }
        if hasRecords {
            for (part, byte) in zip(set.parts, bytes) {
                state.extents.append(
                    Extent(
                        lsn: set.lastLSN, file: file,
                        byte: UInt32(truncatingIfNeeded: byte + UInt64(part.prefixBytes)),
                        firstRecord: part.firstRecord, firstByte: part.firstByte,
                        isBoundary: part.continued == 0))
            }
        }
        state.advance(
            to: end, head: set.first.head, lsn: set.lastLSN, isStructural: set.first.isStructural)
        if set.closes { state.isClosed = true }
        if set.first.kind == .delete { state.markDeleted(lsn: set.lastLSN) }
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
                    start: start, end: end, closes: set.closes,
                    isStructural: set.first.isStructural))
        }
    }
}
