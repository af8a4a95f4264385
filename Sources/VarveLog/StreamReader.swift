/// Reading: finding whole records from a position on, up to what is durable.
extension EventLog {
    /// What of a stream a read needs, copied under its lock.
    private struct View {
        /// The extents from the one with the first record on.
        var extents: ContiguousArray<Extent> = []
        /// Where the last of them ends.
        var end = StreamPosition.start
        /// The durable tail.
        var tail = StreamPosition.start
    }

    var journalBytes: JournalBytes { JournalBytes(journal: journal, files: files) }

    /// Finds the own records of `stream` from `start` on: whole ones, at most `maxBytes` bytes of
    /// them, but at least one if there is one, and nothing behind what `lsn` made durable.
    ///
    /// - Parameter blocking: whether to wait for a disk, should lengths have to be read from one.
    /// - Throws: `offTheEnd`, `notABoundary`, `unknownStream` (deleted), `wouldBlock` if not
    ///   `blocking`.
    func readOwn(
        _ stream: LogStream, from start: StreamPosition, maxBytes: Int, through lsn: LSN,
        blocking: Bool = false
    ) throws(LogError) -> ReadRun {
        let (limit, _) = start.byte.addingReportingOverflow(UInt64(max(0, maxBytes)))
        var view = try stream.withLock { (state) throws(LogError) in
            try Self.view(of: state, from: start, limit: limit, through: lsn)
        }
        guard start != view.tail, let first = view.extents.first else {
            return run(from: start, to: start, view)
        }
        if first.isBoundary, first.firstRecord == start.record {
            guard first.firstByte == start.byte else { throw .notABoundary(position: start) }
            if let end = Self.wholeExtents(view, after: start, limit: limit) {
                return run(from: start, to: end, view)
            }
        }
        guard let table = try EntryTable(of: first, from: journalBytes, blocking: blocking) else {
            throw .wouldBlock
        }
        let skipped = Int(start.record - first.firstRecord)
        guard let place = table.place(after: skipped),
            first.firstByte + UInt64(place.byte) == start.byte
        else { throw .notABoundary(position: start) }
        if let end = Self.wholeExtents(view, after: start, limit: limit) {
            return run(from: start, to: end, view)
        }
        let end = Self.end(in: table, from: place.index, at: start, limit: limit)
        if end.byte > view.end.byte {
            // The first record is larger than the limit and reaches into extents not copied yet.
            view = try stream.withLock { (state) throws(LogError) in
                try Self.view(of: state, from: start, limit: end.byte, through: lsn)
            }
        }
        return run(from: start, to: end, view)
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

    /// Copies the extents that may be needed; checks that `start` is not beyond the end.
    private static func view(
        of state: borrowing LogStreamState, from start: StreamPosition, limit: UInt64,
        through lsn: LSN
    ) throws(LogError) -> View {
        if state.isDeleted { throw .unknownStream }
        let count = state.extents.count(through: lsn.rawValue)
        var view = View()
        view.tail = count == state.extents.count ? state.tail : state.extents[count].start
        view.end = view.tail
        if start == view.tail { return view }
        guard start < view.tail else { throw .offTheEnd(position: start, tail: view.tail) }
        guard let first = state.extents.index(of: start.record, among: count),
            start.record < view.tail.record, start.byte <= view.tail.byte
        else { throw .notABoundary(position: start) }
        var end = count
        if limit < view.tail.byte,
            let last = state.extents.index(beginningAtOrBefore: limit, among: count)
        {
            end = max(first, last) + 1
        }
        if end < count { view.end = state.extents[end].start }
        view.extents.reserveCapacity(end - first)
        for index in first..<end { view.extents.append(state.extents[index]) }
        return view
    }

    /// The last end of a whole append behind `start` and within the limit.
    private static func wholeExtents(
        _ view: View, after start: StreamPosition, limit: UInt64
    ) -> StreamPosition? {
        if view.tail.byte <= limit { return view.tail }
        for extent in view.extents.dropFirst().reversed()
        where extent.isBoundary && extent.firstByte <= limit && extent.start > start {
            return extent.start
        }
        return nil
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
        from start: StreamPosition, to end: StreamPosition, _ view: View
    ) -> ReadRun {
        var pieces: ContiguousArray<ReadRun.Piece> = []
        pieces.reserveCapacity(view.extents.count)
        for (index, extent) in view.extents.enumerated() {
            let next =
                index + 1 < view.extents.count
                ? view.extents[index + 1].firstByte : view.end.byte
            let from = max(start.byte, extent.firstByte)
            let to = min(end.byte, next)
            guard from < to else { continue }
            pieces.append(
                ReadRun.Piece(
                    file: extent.file, byte: extent.byte + UInt32(from - extent.firstByte),
                    count: Int(to - from)))
        }
        return ReadRun(
            start: start, end: end, reachesTail: end == view.tail, pieces: pieces,
            bytes: journalBytes)
    }
}

extension EventLog {
    /// How many extents are copied under the stream's lock at a time.
    private static let walkExtentsMax = 4096

    /// Walks over the own records of `stream` from the set that `start` is in, or from the very
    /// first one, to the end of the set that `end` is in.
    func walkOwn(
        _ stream: LogStream, from start: StreamPosition, to end: StreamPosition, through lsn: LSN,
        check: ReadCheck, _ body: (Record) throws(LogError) -> Void
    ) throws(LogError) {
        var walk: RecordWalk?
        var next: Int?
        while true {
            let batch = try stream.withLock { (state) throws(LogError) in
                try Self.batch(
                    of: state, from: start, to: end, through: lsn,
                    at: check == .genesis ? next ?? 0 : next)
            }
            next = batch.nextIndex
            guard !batch.extents.isEmpty else { return }
            if walk == nil {
                walk = try RecordWalk(
                    over: stream, in: journalBytes,
                    after: batch.previous.map { ($0, end: batch.extents[0].firstByte) },
                    isHashing: check != .none)
            }
            for (index, extent) in batch.extents.enumerated() {
                let following =
                    index + 1 < batch.extents.count ? batch.extents[index + 1] : batch.following
                try walk?.visit(
                    extent, end: following?.firstByte ?? batch.tail.byte,
                    isLastOfSet: following?.lsn != extent.lsn, body)
            }
            if batch.isLast { return }
        }
    }

    private struct WalkBatch {
        var extents: ContiguousArray<Extent> = []
        /// The extent before the first one.
        var previous: Extent?
        /// The extent behind the last one.
        var following: Extent?
        var tail: StreamPosition
        var nextIndex: Int
        var isLast: Bool
    }

    private static func batch(
        of state: borrowing LogStreamState, from start: StreamPosition, to end: StreamPosition,
        through lsn: LSN, at known: Int?
    ) throws(LogError) -> WalkBatch {
        if state.isDeleted { throw .unknownStream }
        let count = state.extents.count(through: lsn.rawValue)
        var index = known ?? state.extents.index(of: start.record, among: count) ?? count
        if known == nil {
            // Back to the beginning of the set, whose predecessor has the head before it.
            while index > 0, index < count,
                state.extents[index - 1].lsn == state.extents[index].lsn
            {
                index -= 1
            }
        }
        let tail = count == state.extents.count ? state.tail : state.extents[count].start
        var batch = WalkBatch(tail: tail, nextIndex: index, isLast: true)
        if index > 0, index < count { batch.previous = state.extents[index - 1] }
        var last: UInt64 = 0
        while index < count {
            let extent = state.extents[index]
            let isNeeded =
                extent.lsn == last || extent.firstByte < end.byte || extent.firstRecord < end.record
                || end == tail
            guard isNeeded else { break }
            guard batch.extents.count < walkExtentsMax else {
                batch.isLast = false
                break
            }
            batch.extents.append(extent)
            last = extent.lsn
            index += 1
        }
        batch.nextIndex = index
        if index < count { batch.following = state.extents[index] }
        return batch
    }
}
