import VarveStorage

/// One settling: the frames between two cuts, folded and written as one segment.
///
/// It never looks at the streams of the log, which are ahead of the cut: it applies the frames to
/// streams of its own, loaded from the catalog as the cut before left them. Thread rule: one
/// thread, which waits for disks.
struct Settlement {
    /// What the settling wrote.
    struct Outcome {
        /// The segment.
        var segment: SegmentSummary
        /// What changes in the catalog, by stream id.
        var changes: [CatalogChange]
        /// The time of the last frame.
        var lastWallMilliseconds: UInt64
    }

    /// The frames to settle.
    let range: JournalRange
    /// The streams as the cut before left them.
    let catalog: Catalog
    /// The layer above.
    let fold: (any LogFold)?
    /// Where payloads are read.
    let bytes: LogBytes

    /// A stream as the cut before left it.
    private final class Before {
        var streams: [UInt64: StreamRecord] = [:]
    }

    /// Folds the frames and writes the segment; when it returns, the segment is on stable storage
    /// with its name. When it throws, it is as if nothing had happened.
    ///
    /// - Parameter makeWriter: begins the segment; told the time of the last frame.
    func run(
        _ makeWriter: (UInt64) throws(LogError) -> SegmentWriter
    ) throws(LogError) -> Outcome {
        let before = Before()
        let replay = Replay(fold: fold) { (id) throws(LogError) in
            guard let saved = try catalog.stream(id) else { return nil }
            before.streams[id.rawValue] = saved.record
            return try saved.makeStream(fold: fold, source: nil)
        }
        try range.forEachSet { (set, file) throws(LogError) in
            try replay.apply(set, file: file, bytes: set.parts.map(\.byte))
        }
        // A stream that came and went between the cuts leaves no trace.
        let gone = replay.deleted.filter { before.streams[$0.id.rawValue] != nil }
        let touched = (Array(replay.streams.values) + gone).sorted {
            $0.id.rawValue < $1.id.rawValue
        }

        let writer = try makeWriter(replay.lastWall)
        do throws(LogError) {
            var changes: [CatalogChange] = []
            changes.reserveCapacity(touched.count)
            for stream in touched {
                changes.append(try write(stream, before.streams[stream.id.rawValue], to: writer))
            }
            return Outcome(
                segment: try writer.finish(), changes: changes,
                lastWallMilliseconds: replay.lastWall)
        } catch {
            writer.abandon()
            throw error
        }
    }

    /// Writes what one stream got; the change that makes in the catalog.
    private func write(
        _ stream: LogStream, _ previous: StreamRecord?, to writer: SegmentWriter
    ) throws(LogError) -> CatalogChange {
        let (extents, tail) = stream.withLock { state in
            ((0..<state.extents.count).map { state.extents[$0] }, state.tail)
        }
        let saved = try savedState(of: stream)
        let record = StreamRecord(of: stream, saved)
        let entries = saved?.entries ?? []
        try writer.beginStream(
            record, entries: entries, runStart: previous?.tail ?? stream.start,
            headBefore: previous?.head ?? stream.genesis)
        if !record.isDeleted {
            try write(extents, of: stream.incarnation, endingAt: tail, to: writer)
        }
        let run = try writer.endStream()
        return CatalogChange(record: record, entries: entries, run: run, previous: previous)
    }

    private func savedState(of stream: LogStream) throws(LogError) -> SavedState? {
        guard let fold, !stream.withLock({ $0.isDeleted }) else { return nil }
        return try fold.save(stream, .changes)
    }

    /// Writes the records of the extents, a set at a time.
    private func write(
        _ extents: [Extent], of incarnation: Incarnation, endingAt tail: StreamPosition,
        to writer: SegmentWriter
    ) throws(LogError) {
        var first = 0
        while first < extents.count {
            var frames: [FrameImage] = []
            var next = first
            while next < extents.count, extents[next].lsn == extents[first].lsn {
                let end = next + 1 < extents.count ? extents[next + 1].firstByte : tail.byte
                frames.append(
                    try FrameImage(
                        of: extents[next], payloadBytes: Int(end - extents[next].firstByte),
                        from: bytes))
                next += 1
            }
            try withExtendedLifetime(frames) { () throws(LogError) in
                try writer.append(
                    entries: frames.flatMap(\.entries), payload: frames.map(\.payload),
                    headAfter: frames[0].head, leaves: try frames[0].leaves(of: incarnation))
            }
            first = next
        }
    }
}
