import VarveStorage

/// One settling: the frames between two cuts, folded and written as one segment.
///
/// It never looks at the streams of the log, which are ahead of the cut: it applies the frames to
/// streams of its own, which are as the cut before left them. Thread rule: one thread, which waits
/// for disks.
struct Settlement {
    /// What the settling wrote.
    struct Outcome {
        /// The segment.
        var segment: SegmentSummary
        /// What changes in the catalog, by stream id.
        var changes: [CatalogChange]
        /// The streams as they are at the cut, deleted ones apart.
        var shadows: [ShadowStreams.Shadow]
        /// The time of the last frame.
        var lastWallMilliseconds: UInt64
        /// Whether records of segments were erased by what was settled.
        var redacts: Bool
    }

    /// The frames to settle.
    let range: JournalRange
    /// The streams as the cut before left them.
    let shadows: ShadowStreams
    /// The layer above.
    let fold: (any LogFold)?
    /// Where payloads are read.
    let bytes: LogBytes
    /// The most bytes of frames that are kept in memory.
    let memoryMax: Int

    /// The streams as the cut before left them, by id: those that were there.
    private final class Before {
        var streams: [UInt64: ShadowStreams.Shadow] = [:]
    }

    /// Folds the frames and writes the segment; when it returns, the segment is on stable storage
    /// with its name. When it throws, nothing is on disk, but the shadows are to be forgotten.
    ///
    /// - Parameters:
    ///   - erase: erases records that are settled already, for good: what the frames ask for.
    ///   - makeWriter: begins the segment; told the time of the last frame.
    func run(
        erasing erase: ([(stream: StreamID, redaction: Redaction)]) throws(LogError) -> Void,
        _ makeWriter: (UInt64) throws(LogError) -> SegmentWriter
    ) throws(LogError) -> Outcome {
        let before = Before()
        let shadows = self.shadows
        let replay = Replay(fold: fold) { (id) throws(LogError) in
            guard let shadow = try shadows.take(id) else { return nil }
            before.streams[id.rawValue] = shadow
            return shadow.stream
        }
        let frames = UnsettledFrames(memoryMax: memoryMax)
        try range.forEachSet {
            replay.expect($0)
        } _: { (item) throws(LogError) in
            guard let set = item.set else {
                try replay.applyPlain(item.frame, file: item.file, byte: item.byte)
                return frames.add(item.frame, file: item.file, byte: item.byte)
            }
            try replay.apply(set, file: item.file, bytes: set.parts.map(\.byte))
            if set.parts.count == 1 {
                frames.add(item.frame, file: item.file, byte: item.byte)
            } else {
                frames.add(set, file: item.file)
            }
        }
        // A stream that came and went between the cuts leaves no trace.
        let gone = replay.deleted.filter { before.streams[$0.id.rawValue] != nil }
        let touched = (Array(replay.streams.values) + gone).sorted {
            $0.id.rawValue < $1.id.rawValue
        }

        // Before the frames that ask for it are settled: what is left undone is done again.
        if !replay.redactions.isEmpty { try erase(replay.redactions) }
        let writer = try makeWriter(replay.lastWall)
        do throws(LogError) {
            var changes: [CatalogChange] = []
            var shadows: [ShadowStreams.Shadow] = []
            changes.reserveCapacity(touched.count)
            shadows.reserveCapacity(touched.count)
            for stream in touched {
                let previous = before.streams[stream.id.rawValue]
                let change = try write(stream, previous?.record, frames, to: writer)
                changes.append(change)
                guard !change.record.isDeleted else { continue }
                shadows.append(
                    ShadowStreams.Shadow(
                        stream: stream, record: change.record,
                        entryCount: (previous?.entryCount ?? 0) + change.entries.count))
            }
            return Outcome(
                segment: try writer.finish(), changes: changes, shadows: shadows,
                lastWallMilliseconds: replay.lastWall, redacts: !replay.redactions.isEmpty)
        } catch {
            writer.abandon()
            throw error
        }
    }

    /// Writes what one stream got; the change that makes in the catalog.
    private func write(
        _ stream: LogStream, _ previous: StreamRecord?, _ frames: UnsettledFrames,
        to writer: SegmentWriter
    ) throws(LogError) -> CatalogChange {
        let saved = try savedState(of: stream)
        let record = StreamRecord(of: stream, saved, name: previous?.name)
        let entries = saved?.entries ?? []
        try writer.beginStream(
            record, entries: entries, runStart: previous?.tail ?? stream.start,
            headBefore: previous?.head ?? stream.genesis, encoding: record.encoding)
        if !record.isDeleted { try write(frames, of: stream, to: writer) }
        let run = try writer.endStream()
        return CatalogChange(record: record, entries: entries, run: run, previous: previous)
    }

    private func savedState(of stream: LogStream) throws(LogError) -> SavedState? {
        guard let fold, !stream.withLock({ $0.isDeleted }) else { return nil }
        return try fold.save(stream, .changes)
    }

    /// Writes the records of a stream, a set at a time.
    private func write(
        _ frames: UnsettledFrames, of stream: LogStream, to writer: SegmentWriter
    ) throws(LogError) {
        var next = frames.first(of: stream.id) ?? -1
        while next >= 0 {
            let piece = frames[next]
            frames.prefetch(behind: piece)
            if let copy = piece.copy {
                try writer.append(
                    lengths: piece.lengths(copy), count: Int(piece.recordCount),
                    payload: piece.payload(copy), headAfter: piece.head(copy))
                next = piece.next
                continue
            }
            var images: [FrameImage] = []
            for _ in 0..<max(1, piece.setFrames) {
                images.append(try FrameImage(of: frames[next], from: bytes))
                next = frames[next].next
            }
            try withExtendedLifetime(images) { () throws(LogError) in
                try writer.append(
                    entries: images.flatMap(\.entries), payload: images.map(\.payload),
                    headAfter: images[0].head,
                    leaves: try images[0].leaves(of: stream.incarnation))
            }
        }
    }
}
