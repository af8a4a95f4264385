import VarveLog

/// Rebuilds the state of streams from their events, and turns it into bytes and back.
///
/// Thread rule: any thread, for different streams at once; see `LogFold`. What streams share is the
/// table of content types, which has its own lock, and the time: that a log's frames are noted only
/// keeps time from going back, so old ones, such as those being settled, change nothing.
final class StreamFold: LogFold {
    private let contentTypes: ContentTypeTable
    private let time: Timekeeper
    private let expiries: ExpiryIndex
    private let retentions: RetentionIndex

    /// A fold that shares these with the engine to be.
    init(
        contentTypes: ContentTypeTable, time: Timekeeper, expiries: ExpiryIndex,
        retentions: RetentionIndex
    ) {
        self.contentTypes = contentTypes
        self.time = time
        self.expiries = expiries
        self.retentions = retentions
    }

    /// Applies one event; throws `corruption` when it cannot be one of ours.
    func apply(_ mutation: borrowing ReplayedMutation) throws(LogError) {
        time.note(mutation.wallMilliseconds)
        let event: StreamEvent
        do {
            event = try StreamEventCoding.decode(mutation.annotation)
        } catch {
            throw Self.corruption(mutation, "not a stream event")
        }
        switch (mutation.kind, event) {
        case (.create, .create(let creation)) where creation.fork == nil,
            (.fork, .create(let creation)) where creation.fork != nil:
            let cell = StreamCell(
                creation, contentType: contentTypes.intern(creation.contentType),
                now: mutation.wallMilliseconds)
            mutation.stream.attach(cell)
            cell.state.applyRecords(
                at: mutation.wallMilliseconds, from: mutation.visible?.position ?? .start,
                to: mutation.end)
        case (.append, .append(let append)) where mutation.visible == nil:
            guard append.closes == mutation.closes else {
                throw Self.corruption(mutation, "its closing and its records disagree")
            }
            let cell = try cell(mutation)
            cell.state.apply(append, at: mutation.wallMilliseconds)
            cell.state.applyRecords(
                at: mutation.wallMilliseconds, from: mutation.start, to: mutation.end)
        case (.append, .trim):
            guard let visible = mutation.visible, mutation.start == mutation.end else {
                throw Self.corruption(mutation, "a trim without a place, or with records")
            }
            try cell(mutation).state.applyTrim(to: visible.position, tail: mutation.end)
        case (.append, .touch) where mutation.visible == nil:
            try cell(mutation).state.applyTouch(at: mutation.wallMilliseconds)
        case (.delete, .delete), (.retire, .delete):
            break
        default:
            throw Self.corruption(mutation, "an event of another kind than its frame")
        }
    }

    /// The state of a stream that was created or restored.
    func save(_ stream: LogStream, _ scope: SavedState.Scope) throws(LogError) -> SavedState {
        guard let cell = stream.attachment as? StreamCell else {
            throw Self.corruption(stream, count: 0, "a stream that was not created")
        }
        let state = cell.state
        return SavedState(
            core: StreamImageCoding.encode(state.image(cell.contentType)),
            entries: state.entries(scope),
            alarmMilliseconds: state.alarmMilliseconds(
                visibleBytes: stream.withLock { $0.visibleBytes }))
    }

    func forgetChanges(of stream: LogStream) {
        guard let state = (stream.attachment as? StreamCell)?.state else { return }
        state.producers?.forgetChanges()
        state.retention?.forgetChanges()
    }

    /// Attaches a cell with the state that was saved. Of a sliding window it knows only what the
    /// log knew, so the stream counts as used since, as after every restart.
    func restore(_ saved: SavedState, to stream: LogStream) throws(LogError) {
        let (visibleStart, visibleBytes) = stream.withLock { ($0.visibleStart, $0.visibleBytes) }
        let cell: StreamCell
        do {
            cell = try decode(saved, visibleStart)
        } catch {
            let count = saved.entries.reduce(saved.core.count) { count, entry in
                count + entry.key.count + entry.value.count
            }
            throw Self.corruption(stream, count: count, "not the state of a stream")
        }
        guard saved.alarmMilliseconds == cell.state.alarmMilliseconds(visibleBytes: visibleBytes)
        else { throw Self.corruption(stream, count: 8, "its alarm is not that of its state") }
        guard (cell.state.fork == nil) == (stream.edge == nil) else {
            throw Self.corruption(stream, count: 24, "only a fork begins in another stream")
        }
        stream.attach(cell)
    }

    /// The sweeps are told when to look at the stream.
    func loaded(_ logStream: LogStream) {
        let stream = Stream(logStream)
        logStream.withLock { state in
            retentions.schedule(stream, state)
            guard !state.isRetired, let expiry = stream.cell.state.expiry else { return }
            expiries.add(
                ExpiryIndex.Entry(moment: expiry.nextVisit, stream: stream.id, expiry: expiry))
        }
    }

    /// The sweeps find the stream by the alarm that the catalog has, or by an entry that names it.
    func release(_ logStream: LogStream) -> Bool {
        logStream.withLock { logState in
            let state = Stream(logStream).cell.state
            if state.expiry?.isCoveredByLog == false { return false }
            if let retention = state.retention { retentions.remove(retention) }
            let alarm = state.alarmMilliseconds(visibleBytes: logState.visibleBytes)
            if !logState.isRetired, let alarm {
                expiries.release(
                    state.expiry, StreamAlarm(milliseconds: alarm, stream: logStream.id))
            }
            return true
        }
    }

    private func decode(
        _ saved: SavedState, _ visibleStart: StreamPosition
    ) throws(StreamImageCoding.Malformed) -> StreamCell {
        let image = try StreamImageCoding.decode(saved.core)
        let contentType = image.contentType.withUnsafeBytes { contentTypes.intern($0) }
        // Only what an interned type says of itself is ever saved.
        guard image.contentType.elementsEqual(contentType.bytes) else {
            throw StreamImageCoding.Malformed()
        }
        var producers: ProducerTable?
        let first = saved.entries.firstIndex { $0.key.first == AgeEntry.tag }
        let (others, times) = (
            saved.entries[..<(first ?? saved.entries.count)],
            saved.entries[(first ?? saved.entries.count)...]
        )
        if !others.isEmpty { producers = try ProducerTable(Array(others)) }
        var ages = AgeIndex()
        if image.retention.seconds != nil {
            var stretches: [AgeIndex.Stretch] = []
            for entry in times { stretches.append(try AgeEntry.decode(entry)) }
            ages = try AgeIndex(
                stretches, open: image.openStretch, nextSlot: image.nextSlot,
                visibleStart: visibleStart)
        } else if !times.isEmpty {
            throw StreamImageCoding.Malformed()
        }
        if let closing = image.closing, producers?.restore(closing) != true {
            throw StreamImageCoding.Malformed()
        }
        return StreamCell(
            StreamState(image, producers: producers, ages: ages), contentType: contentType)
    }

    private func cell(_ mutation: borrowing ReplayedMutation) throws(LogError) -> StreamCell {
        guard let cell = mutation.stream.attachment as? StreamCell else {
            throw Self.corruption(mutation, "an event of a stream that was not created")
        }
        return cell
    }

    private static func corruption(_ mutation: borrowing ReplayedMutation, _ detail: String)
        -> LogError
    {
        .corruption(
            file: "the journal", byte: 0, count: UInt64(mutation.annotation.count),
            detail: "frame set \(mutation.lsn): \(detail)")
    }

    private static func corruption(_ stream: LogStream, count: Int, _ detail: String) -> LogError {
        .corruption(
            file: "the catalog", byte: 0, count: UInt64(count),
            detail: "the saved state of stream \(stream.id): \(detail)")
    }
}
