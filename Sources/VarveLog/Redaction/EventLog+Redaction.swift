import Synchronization
import VarvePlatform

/// Redaction: records lose what they said, for good, and the chain goes on through them.
extension EventLog {
    /// How long a redaction waits for reads that look into files which must go.
    private static let readersNanoseconds: UInt64 = 10_000_000_000
    /// How often it settles what was appended while it looked for its records.
    private static let attemptsMax = 3

    /// Records of one stream that were found.
    private struct Piece {
        var stream: LogStream
        var start: StreamPosition
        var end: StreamPosition
    }

    /// Erases records of a stream, as many as are wanted from `start` on, and waits until that is
    /// on stable storage: readers of it and of its forks find `filler` in their place from then on,
    /// at the same offsets. Then waits, for some seconds at most, until no file of the log has the
    /// bytes.
    ///
    /// What is erased already stays so. A crash leaves nothing undone: either no record is erased,
    /// or opening the log goes on with it.
    /// - Parameter reason: who wants it and why; it is kept in the journal's frame.
    /// - Throws: `overloaded` while another redaction is made, `limitExceeded` (records, text),
    ///   `offTheEnd`, `notABoundary`, `trimmed`, `unknownStream`, and what settling throws.
    @discardableResult
    package func redact(
        _ stream: LogStream, from start: StreamPosition, records: UInt64,
        filler: RedactionFiller, reason: [UInt8]
    ) throws(LogError) -> RedactionReceipt {
        guard records >= 1, records <= Redaction.recordsMax else {
            throw .limitExceeded(
                name: "records of a redaction", limit: Int(Redaction.recordsMax),
                actual: Int(clamping: records))
        }
        guard reason.count <= Redaction.reasonBytesMax else {
            throw .limitExceeded(
                name: "redaction reason bytes", limit: Redaction.reasonBytesMax,
                actual: reason.count)
        }
        guard
            settler.redactionsUnderWay.compareExchange(
                expected: 0, desired: 1, ordering: .acquiringAndReleasing
            ).exchanged
        else { throw .overloaded(reason: "another redaction is being made") }
        defer { settler.redactionsUnderWay.store(0, ordering: .releasing) }
        preparer.beginScrubbing()
        defer { preparer.endScrubbing() }

        let pieces = try settledPieces(of: stream, from: start, records: records)
        // What is written from now on goes to files that never held the bytes: not to spares that
        // may, nor to the file that has them.
        try preparer.replaceUsedSpares()
        try waitUntilSynced(LSN(journal.next - 1))
        let last = try stage(pieces, filler, reason)
        try waitUntilSynced(last)
        return RedactionReceipt(
            records: records, end: pieces.last?.end ?? start, lsn: last, isErased: erase())
    }

    /// Stages all pieces with one frame, so that no crash or refusal parts them: one of the stream
    /// that has the last piece, the youngest of them, whose records go back to the first. It is the
    /// first one of a new file, since what it erases may be in the file before.
    private func stage(
        _ pieces: [Piece], _ filler: RedactionFiller, _ reason: [UInt8]
    ) throws(LogError) -> LSN {
        guard let first = pieces.first, let last = pieces.last else { return .none }
        let time = clock.wallMilliseconds()
        let redaction = Redaction(start: first.start, end: last.end, filler: filler)
        return try reason.withUnsafeBufferPointer { (reason) throws(LogError) in
            try stage(
                Mutation(
                    annotation: UnsafeRawBufferPointer(reason), redaction: redaction,
                    startsFile: true, wallMilliseconds: time),
                of: redaction, on: pieces[...])
        }
    }

    /// Stages the frame with the locks of all streams held, the sources' first: they are older, and
    /// have the lower ids.
    private func stage(
        _ mutation: Mutation, of redaction: Redaction, on pieces: ArraySlice<Piece>
    ) throws(LogError) -> LSN {
        guard let piece = pieces.first else { return .none }
        let others = pieces.dropFirst()
        return try piece.stream.withLock { (state) throws(LogError) in
            if others.isEmpty { return try stage(mutation, on: &state, of: piece.stream) }
            if state.isDeleted { throw .unknownStream }
            let lsn = try stage(mutation, of: redaction, on: others)
            state.redact(redaction.clipped(to: piece.end), lsn: lsn.rawValue)
            return lsn
        }
    }

    /// Writes segments anew and waits for those that read the old files; true when these are gone.
    private func erase() -> Bool {
        let deadline = SystemClock().monotonicNanoseconds() + Self.readersNanoseconds
        do throws(LogError) {
            try settler.settle()
            let readers = Latch()
            pins.retire { readers.open() }
            guard readers.wait(untilNanoseconds: deadline) else { return false }
            // Removes the segments that were dropped.
            try settler.settle()
        } catch {
            return false
        }
        return preparer.finishRetired(untilNanoseconds: deadline) && settler.dropped.areGone
    }

    /// The records, all of them settled, by the streams that have them.
    private func settledPieces(
        of stream: LogStream, from start: StreamPosition, records: UInt64
    ) throws(LogError) -> [Piece] {
        for _ in 0..<Self.attemptsMax {
            try settle()
            let pieces = try pieces(of: stream, from: start, records: records)
            let isSettled = pieces.allSatisfy { piece in
                piece.stream.withLock { $0.settledEnd >= piece.end }
            }
            if isSettled { return pieces }
        }
        throw .overloaded(reason: "the records to erase were appended just now")
    }

    private func pieces(
        of stream: LogStream, from start: StreamPosition, records: UInt64
    ) throws(LogError) -> [Piece] {
        var pieces: [Piece] = []
        var position = start
        let (end, overflows) = start.record.addingReportingOverflow(records)
        guard !overflows else {
            throw .offTheEnd(position: start, tail: stream.withLock { $0.tail })
        }
        while position.record < end {
            // One record; several only of those without bytes.
            let run = try read(
                stream, from: position, maxBytes: 0, through: durable, blocking: true)
            guard run.end.record > position.record else {
                throw .offTheEnd(
                    position: StreamPosition(record: end, byte: position.byte), tail: position)
            }
            let owner = Self.owner(of: position, in: stream)
            position = run.end
            position.record = min(position.record, end)
            if let last = pieces.last, last.stream === owner {
                pieces[pieces.count - 1].end = position
            } else {
                pieces.append(Piece(stream: owner, start: run.first, end: position))
            }
        }
        return pieces
    }

    /// The stream whose own record begins at `position`: the one that is read, or a source.
    private static func owner(of position: StreamPosition, in stream: LogStream) -> LogStream {
        var owner = stream
        while let edge = owner.edge, position < edge.origin.position, let source = edge.source {
            owner = source
        }
        return owner
    }
}
