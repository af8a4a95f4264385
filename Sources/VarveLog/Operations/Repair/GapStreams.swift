/// What is known of the streams that lost segments were about.
///
/// With a sound catalog all of it is known; without one only what readable parts of the segments
/// say. Memory grows with the number of streams.
struct GapStreams {
    /// The stretch of the log.
    let gap: SegmentCensus.Gap
    /// The segments that can be used.
    let sound: [SegmentFile]

    /// What a segment in the gap's place says of each stream, and what is lost.
    struct Outcome {
        /// By id.
        var streams: [SegmentStream] = []
        /// The records that are lost.
        var losses: [RepairReport.Loss] = []
    }

    /// What the readable parts of the lost segment itself say.
    func fromSegment() throws(LogError) -> Outcome {
        var outcome = Outcome()
        try gap.file?.forEachReadableStream {
            outcome.streams.append($0)
        } damage: { _ in
        }
        return outcome
    }

    /// What the catalog says.
    func fromCatalog(_ catalog: Catalog) throws(LogError) -> Outcome {
        let later = try mentionedLater()
        var outcome = Outcome()
        var living: Set<UInt64> = []
        let range = gap.first...gap.last
        try catalog.forEachStream { (stream) throws(LogError) in
            let id = stream.record.id.rawValue
            living.insert(id)
            let lost = Array(stream.runs).filter { gap.numbers.contains($0.segment) }
            guard !lost.isEmpty || range.contains(stream.record.lastLSN.rawValue) else { return }
            guard lost.isEmpty || gap.file == nil || lost.count == 1 else { return }
            let record =
                later.contains(id) ? try past(stream, lost) : stream.record
            outcome.streams.append(
                SegmentStream(
                    record: record, entries: stream.entries,
                    run: gap.file == nil ? nil : lost.first))
            guard gap.file == nil else { return }
            for run in lost { outcome.losses.append(Self.loss(of: run, stream.record)) }
        }
        outcome.streams += try deleted(later: later, living: living)
        outcome.streams.sort { $0.record.id.rawValue < $1.record.id.rawValue }
        return outcome
    }

    /// A stream as it was behind the gap, when later segments say more of it. Of what they say
    /// again nothing matters here; where the records end does.
    private func past(
        _ stream: SettledStream, _ lost: [SettledRun]
    ) throws(LogError) -> StreamRecord {
        var record = stream.record
        guard let end = lost.last?.end else { return record }
        record.tail = end
        record.isClosed = false
        record.isRetired = false
        record.visible = nil
        record.lastLSN = LSN(gap.last)
        record.structuralLSN = LSN(min(gap.last, record.structuralLSN.rawValue))
        if let next = stream.runs.first(where: { $0.start >= end }),
            let file = sound.first(where: { $0.header.number == next.segment })
        {
            record.head = try file.checkpoint(next, at: 0).head ?? record.genesis
        }
        return record
    }

    /// Tombstones of the streams that were deleted in the gap: without them, older segments would
    /// bring them back.
    private func deleted(
        later: Set<UInt64>, living: Set<UInt64>
    ) throws(LogError) -> [SegmentStream] {
        var before: [UInt64: StreamRecord] = [:]
        for file in sound where file.header.last.rawValue < gap.first {
            try file.forEachStream { stream in
                let id = stream.record.id.rawValue
                guard !living.contains(id), !later.contains(id) else { return }
                before[id] = stream.record.isDeleted ? nil : stream.record
            }
        }
        return before.values.map { record in
            var record = record
            record.isDeleted = true
            record.alarmMilliseconds = nil
            record.core = []
            record.lastLSN = LSN(gap.last)
            return SegmentStream(record: record)
        }
    }

    /// The ids that segments behind the gap speak of.
    private func mentionedLater() throws(LogError) -> Set<UInt64> {
        var ids: Set<UInt64> = []
        for file in sound where file.header.first.rawValue > gap.last {
            try file.forEachStream { ids.insert($0.record.id.rawValue) }
        }
        return ids
    }

    private static func loss(of run: SettledRun, _ record: StreamRecord) -> RepairReport.Loss {
        RepairReport.Loss(
            stream: record.id.rawValue, name: String(decoding: record.name, as: UTF8.self),
            first: run.start, end: run.end, place: SegmentName(number: run.segment).path)
    }
}
