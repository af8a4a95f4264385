/// Reading: finding whole records from a position on, up to what is durable.
extension EventLog {
    /// Finds the own records of `stream` from `start` on: whole ones, at most `maxBytes` bytes of
    /// them, but at least one if there is one, and nothing behind what `lsn` made durable.
    ///
    /// - Parameters:
    ///   - blocking: whether to wait for a disk, should lengths have to be read from one.
    ///   - isForFork: whether a fork reads, from which a trim hides nothing.
    /// - Throws: `offTheEnd`, `notABoundary`, `unknownStream` (deleted), `trimmed`, `wouldBlock` if
    ///   not `blocking`.
    func readOwn(
        _ stream: LogStream, from start: StreamPosition, maxBytes: Int, through lsn: LSN,
        blocking: Bool, isForFork: Bool
    ) throws(LogError) -> ReadRun {
        // Before the look at the stream: where it says that bytes are, they stay.
        let pin = pins.pin()
        let (limit, _) = start.byte.addingReportingOverflow(UInt64(max(0, maxBytes)))
        let view = try stream.withLock { (state) throws(LogError) in
            try ReadView(
                of: state, from: start, limit: limit, through: lsn, isForFork: isForFork)
        }
        guard start != view.tail else { return run(from: start, to: start, view, pin) }
        if start < view.settledEnd {
            let end = try settledEnd(view, from: start, limit: limit, blocking: blocking)
            return run(from: start, to: end, view, pin)
        }
        return try journalRun(stream, view, from: start, limit: limit, lsn, pin, blocking)
    }

    /// The run that begins behind the settled part.
    private func journalRun(
        _ stream: LogStream, _ view: ReadView, from start: StreamPosition, limit: UInt64,
        _ lsn: LSN, _ pin: ReadPin, _ blocking: Bool
    ) throws(LogError) -> ReadRun {
        guard let first = view.extents.first else {
            return run(from: start, to: start, view, pin)
        }
        if first.isBoundary, first.firstRecord == start.record {
            guard first.firstByte == start.byte else { throw .notABoundary(position: start) }
            if let end = view.lastAppend(endingBy: limit, after: start) {
                return run(from: start, to: end, view, pin)
            }
        }
        guard let table = try EntryTable(of: first, from: bytes, blocking: blocking) else {
            throw .wouldBlock
        }
        let skipped = Int(start.record - first.firstRecord)
        guard let place = table.place(after: skipped),
            first.firstByte + UInt64(place.byte) == start.byte
        else { throw .notABoundary(position: start) }
        if let end = view.lastAppend(endingBy: limit, after: start) {
            return run(from: start, to: end, view, pin)
        }
        let end = Self.end(in: table, from: place.index, at: start, limit: limit)
        guard end.byte > view.end.byte else { return run(from: start, to: end, view, pin) }
        // The first record is larger than the limit and reaches into extents not copied yet.
        let whole = try stream.withLock { (state) throws(LogError) in
            try ReadView(
                of: state, from: start, limit: end.byte, through: lsn, isForFork: true)
        }
        // Settled in the meantime: the pin keeps the files that the first look saw.
        guard start >= whole.settledEnd else {
            return try readOwn(
                stream, from: start, maxBytes: Int(end.byte - start.byte), through: lsn,
                blocking: blocking, isForFork: true)
        }
        return run(from: start, to: end, whole, pin)
    }

    /// Where a page ends that begins in the settled part: at a record, within the limit if one
    /// record is.
    private func settledEnd(
        _ view: ReadView, from start: StreamPosition, limit: UInt64, blocking: Bool
    ) throws(LogError) -> StreamPosition {
        let reach = try view.settledReach(from: start)
        guard let first = view.runs.first, first.firstByte <= start.byte,
            let last = view.runs.last(where: { $0.firstByte <= limit && $0.recordCount > 0 })
        else { throw .notABoundary(position: start) }
        if first.start != start {
            guard let file = try bytes.segment(first.segment, blocking: blocking),
                let isBoundary = try file.isBoundary(first, start, blocking: blocking)
            else { throw .wouldBlock }
            guard isBoundary else { throw .notABoundary(position: start) }
        }
        if let reach, limit >= reach.byte { return reach }
        if limit >= view.settledEnd.byte {
            return view.lastAppend(endingBy: limit, after: start) ?? view.settledEnd
        }
        let from = max(start, last.start)
        guard let file = try bytes.segment(last.segment, blocking: blocking),
            let end = try file.end(last, from: from, limit: limit, blocking: blocking)
        else { throw .wouldBlock }
        // At least one record: of another run only what is within the limit.
        return end.byte > limit && from != start ? from : end
    }

    /// Copies a small run into `buffer` if it takes no disk, no allocation and no second look: all
    /// of it in memory, beginning and ending with whole appends.
    ///
    /// Nil when it is not that simple, and nothing is said about why; `read` does it then.
    package func readSmall(
        _ stream: LogStream, from start: StreamPosition, maxBytes: Int, through lsn: LSN,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> SmallRead? {
        let room = min(maxBytes, buffer.count)
        let (limit, overflows) = start.byte.addingReportingOverflow(UInt64(max(0, room)))
        guard !overflows else { return nil }
        return stream.withLock { state in
            let count = state.extents.count(through: lsn.rawValue)
            let tail = count == state.extents.count ? state.tail : state.extents[count].start
            guard start >= state.visibleStart else { return nil }
            if start == tail {
                return SmallRead(start: start, end: start, reachesTail: true, byteCount: 0)
            }
            guard !state.isDeleted, tail.byte <= limit,
                var index = state.extents.index(of: start.record, among: count)
            else { return nil }
            guard state.extents[index].isBoundary, state.extents[index].start == start else {
                return nil
            }
            var filled = 0
            while index < count {
                let extent = state.extents[index]
                index += 1
                let next = index < count ? state.extents[index].firstByte : tail.byte
                let bytes = Int(next - extent.firstByte)
                guard bytes > 0, let target = buffer.baseAddress else { continue }
                guard
                    journal.copyFromMemory(
                        file: extent.file, byte: extent.byte, count: bytes, to: target + filled)
                else { return nil }
                filled += bytes
            }
            return SmallRead(start: start, end: tail, reachesTail: true, byteCount: filled)
        }
    }

    /// The end of as many records of one extent as the limit allows, at least one.
    private static func end(
        in table: EntryTable, from first: Int, at start: StreamPosition, limit: UInt64
    ) -> StreamPosition {
        var end = start
        for index in first..<table.count {
            let entry = table[index]
            guard entry.kind?.takesNumber ?? true else { continue }
            let next = end.byte + UInt64(entry.storedBytes)
            if next > limit, end != start { break }
            end = StreamPosition(record: end.record + 1, byte: next)
        }
        return end
    }

    private func run(
        from start: StreamPosition, to end: StreamPosition, _ view: ReadView, _ pin: ReadPin
    ) -> ReadRun {
        ReadRun(
            start: start, end: end, reachesTail: end == view.tail,
            settled: view.settledPieces(from: start.byte, to: end.byte),
            journal: view.journalPieces(from: start.byte, to: end.byte), bytes: bytes, pin: pin,
            redactions: view.redactions)
    }
}
