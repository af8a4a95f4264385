/// What of a stream a read needs, copied under the stream's lock.
struct ReadView {
    /// The settled runs from the one with the first record on, up to the limit.
    private(set) var runs: ContiguousArray<SettledRun> = []
    /// The extents from the one with the first record on, or from the first one, up to the limit.
    private(set) var extents: ContiguousArray<Extent> = []
    /// Where the last of the extents ends.
    private(set) var end: StreamPosition
    /// Where the first run behind the limit begins, if there is one.
    private var behindLimit: StreamPosition?
    /// Where the settled records end.
    let settledEnd: StreamPosition
    /// The durable tail.
    let tail: StreamPosition
    /// What is erased and may still be in segments.
    let redactions: [Redaction]

    /// Copies what may be needed of `state`; checks that `start` is not beyond the end.
    ///
    /// - Parameter isForFork: whether a fork reads, from which a trim hides nothing.
    init(
        of state: borrowing LogStreamState, from start: StreamPosition, limit: UInt64,
        through lsn: LSN, isForFork: Bool
    ) throws(LogError) {
        if state.isDeleted { throw .unknownStream }
        guard isForFork || start >= state.visibleStart else {
            throw .trimmed(earliest: state.visibleStart)
        }
        let count = state.extents.count(through: lsn.rawValue)
        tail = count == state.extents.count ? state.tail : state.extents[count].start
        end = tail
        settledEnd = state.settledEnd
        redactions = state.redactions(through: lsn)
        if start == tail { return }
        guard start < tail else { throw .offTheEnd(position: start, tail: tail) }
        guard start.record < tail.record, start.byte <= tail.byte else {
            throw .notABoundary(position: start)
        }
        if start < settledEnd {
            copyRuns(of: state, from: start, limit: limit)
            guard limit >= settledEnd.byte, count > 0 else { return }
            copyExtents(of: state, from: 0, count: count, limit: limit)
        } else {
            guard let first = state.extents.index(of: start.record, among: count) else {
                throw .notABoundary(position: start)
            }
            copyExtents(of: state, from: first, count: count, limit: limit)
        }
    }

    private mutating func copyRuns(
        of state: borrowing LogStreamState, from start: StreamPosition, limit: UInt64
    ) {
        var first = state.runs.count
        while first > 0 {
            first -= 1
            if state.runs[first].firstRecord <= start.record, state.runs[first].recordCount > 0 {
                break
            }
        }
        for run in state.runs[first...] {
            guard runs.isEmpty || run.firstByte <= limit else {
                behindLimit = run.start
                return
            }
            runs.append(run)
        }
    }

    private mutating func copyExtents(
        of state: borrowing LogStreamState, from first: Int, count: Int, limit: UInt64
    ) {
        var last = count
        if limit < tail.byte,
            let index = state.extents.index(beginningAtOrBefore: limit, among: count)
        {
            last = max(first, index) + 1
        }
        if last < count { end = state.extents[last].start }
        extents.reserveCapacity(last - first)
        for index in first..<last { extents.append(state.extents[index]) }
    }

    /// The last end of a whole append behind `start` and not behind the byte `limit`; nil when
    /// there is none.
    func lastAppend(endingBy limit: UInt64, after start: StreamPosition) -> StreamPosition? {
        if tail.byte <= limit { return tail }
        for extent in extents.reversed()
        where extent.isBoundary && extent.firstByte <= limit && extent.start > start {
            return extent.start
        }
        return nil
    }

    /// Where the settled records that follow one another from `start` on end before others do: at a
    /// stretch whose segment was lost and that a repair gave up. Nil when there is no such stretch.
    ///
    /// Throws `corruption` when `start` lies in one.
    func settledReach(from start: StreamPosition) throws(LogError) -> StreamPosition? {
        guard let first = runs.first, first.firstRecord <= start.record else {
            throw .lost(from: start, to: runs.first?.start ?? settledEnd)
        }
        var reach = first.end
        for run in runs.dropFirst() where run.start != reach || run.recordCount > 0 {
            if run.start != reach {
                guard start.record < reach.record else {
                    throw .lost(from: reach, to: run.start)
                }
                return reach
            }
            reach = run.end
        }
        let next = behindLimit ?? settledEnd
        if reach == next {
            guard start.record < reach.record else { throw .notABoundary(position: start) }
            return nil
        }
        guard start.record < reach.record else { throw .lost(from: reach, to: next) }
        return reach
    }

    /// The settled stretches between two bytes of the stream.
    func settledPieces(from start: UInt64, to end: UInt64) -> ContiguousArray<ReadRun.SettledPiece>
    {
        var pieces: ContiguousArray<ReadRun.SettledPiece> = []
        for run in runs {
            let from = max(start, run.firstByte)
            let to = min(end, run.firstByte + run.byteCount)
            guard from < to else { continue }
            pieces.append(ReadRun.SettledPiece(run: run, byte: from, count: Int(to - from)))
        }
        return pieces
    }

    /// The stretches in the journal between two bytes of the stream.
    func journalPieces(from start: UInt64, to end: UInt64) -> ContiguousArray<ReadRun.JournalPiece>
    {
        var pieces: ContiguousArray<ReadRun.JournalPiece> = []
        pieces.reserveCapacity(extents.count)
        for (index, extent) in extents.enumerated() {
            let next = index + 1 < extents.count ? extents[index + 1].firstByte : self.end.byte
            let from = max(start, extent.firstByte)
            let to = min(end, next)
            guard from < to else { continue }
            pieces.append(
                ReadRun.JournalPiece(
                    file: extent.file, byte: extent.byte + UInt32(from - extent.firstByte),
                    count: Int(to - from)))
        }
        return pieces
    }
}
