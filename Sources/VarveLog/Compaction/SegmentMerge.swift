import VarveBytes
import VarveStorage

/// The merging of segments that are neighbours in the log into one that takes their place.
///
/// Streams that are gone are left out, and what was trimmed away, as the catalog knows them when
/// they are met: it may have come further than these segments. What of a stream is left keeps its
/// positions and its chain. Thread rule: one thread, which waits for disks.
struct SegmentMerge {
    /// What changes of one stream: its runs in the merged segments become one, or none.
    struct Change {
        /// Which stream.
        var id: StreamID
        /// Its name.
        var name: [UInt8]
        /// Its runs in the merged segments.
        var old: [SettledRun]
        /// Its run in their place; nil when nothing is left of them.
        var new: SettledRun?
    }

    /// What was written.
    struct Outcome {
        /// The new segment.
        var segment: SegmentSummary
        /// What changes of streams that had runs, by id.
        var changes: [Change]
    }

    /// A stream in one of the segments.
    private struct Part {
        let file: SegmentFile
        var stream: SegmentStream
    }

    /// The segments, in the order of the log.
    let inputs: [SegmentFile]
    /// The streams as they are.
    let catalog: Catalog
    /// What is erased on the way, by stream.
    var redactions: [StreamID: [Redaction]] = [:]
    /// Called often; what it throws ends the merging.
    let pause: () throws(LogError) -> Void

    /// Writes the segment; when it returns, it is on stable storage with its name.
    func run(_ writer: SegmentWriter) throws(LogError) -> Outcome {
        do throws(LogError) {
            var cursors = inputs.map { SegmentStreamCursor($0) }
            var changes: [Change] = []
            while let id = try Self.lowest(&cursors) {
                try pause()
                var parts: [Part] = []
                for index in cursors.indices {
                    guard try cursors[index].peek()?.record.id == id,
                        let stream = try cursors[index].next()
                    else { continue }
                    parts.append(Part(file: inputs[index], stream: stream))
                }
                let run = try merge(parts, writer)
                let old = parts.compactMap(\.stream.run)
                guard !old.isEmpty else { continue }
                changes.append(
                    Change(id: id, name: parts[0].stream.record.name, old: old, new: run))
            }
            return Outcome(segment: try writer.finish(), changes: changes)
        } catch {
            writer.abandon()
            throw error
        }
    }

    private static func lowest(
        _ cursors: inout [SegmentStreamCursor]
    ) throws(LogError) -> StreamID? {
        var lowest: StreamID?
        for index in cursors.indices {
            guard let id = try cursors[index].peek()?.record.id else { continue }
            if lowest.map({ id.rawValue < $0.rawValue }) ?? true { lowest = id }
        }
        return lowest
    }

    /// Writes what is left of one stream; where its records are now.
    private func merge(
        _ parts: [Part], _ writer: SegmentWriter
    ) throws(LogError) -> SettledRun? {
        guard var record = parts.last?.stream.record else { return nil }
        guard !record.isDeleted else {
            // Older segments tell of it only if it is older than these.
            if record.id.rawValue < inputs[0].header.first.rawValue {
                try writer.beginStream(record, runStart: record.tail, headBefore: record.head)
                _ = try writer.endStream()
            }
            return nil
        }
        guard let current = try catalog.record(record.id) else {
            // A later segment says that it is gone: until these two are merged, the place where
            // its records would go on is all that is kept.
            if record.tail > record.start {
                record.visible = VisibleStart(position: record.tail, head: record.head)
            }
            try writer.beginStream(record, runStart: record.tail, headBefore: record.head)
            _ = try writer.endStream()
            return nil
        }
        let parts = try connected(parts, upTo: record.tail, current.visibleStart)
        let isPinned = try !catalog.forks(of: record.id).isEmpty
        let floor = isPinned ? record.start : current.visibleStart
        let first = parts.compactMap(\.stream.run).first?.start ?? record.tail
        var start = (position: first, head: try headBefore(parts) ?? record.head)
        // Control records without any others stay: the records around them would seem to follow one
        // another.
        let isCut = floor > first && record.tail > first
        if isCut {
            start =
                floor.record <= record.tail.record
                ? (floor, current.visibleHead) : (record.tail, record.head)
            record.visible = VisibleStart(position: start.position, head: start.head)
        }
        try writer.beginStream(
            record, entries: Self.entries(parts), runStart: start.position,
            headBefore: start.head, encoding: record.encoding)
        if !isCut || floor.record <= record.tail.record {
            try copy(parts, from: start.position, writer)
        }
        return try writer.endStream()
    }

    /// The parts without the runs before the last gap: an earlier merge left out what lay there,
    /// which was trimmed away, and nobody reads what is before it. The gap may reach to `tail`,
    /// where the stream ends.
    ///
    /// Throws `corruption` for a gap that readers would see.
    private func connected(
        _ parts: [Part], upTo tail: StreamPosition, _ visibleStart: StreamPosition
    ) throws(LogError) -> [Part] {
        var parts = parts
        var behind = tail
        for index in parts.indices.reversed() {
            guard let run = parts[index].stream.run else { continue }
            if behind != run.end {
                guard behind > run.end, behind <= visibleStart else {
                    throw parts[index].file.damage(
                        run.dataOffset, run.storedBytes,
                        "stream \(parts[index].stream.record.id) goes on at \(behind) "
                            + "instead of \(run.end)")
                }
                for earlier in parts[...index].indices { parts[earlier].stream.run = nil }
                return parts
            }
            behind = run.start
        }
        return parts
    }

    /// The state's entries, of each the newest, by key.
    private static func entries(_ parts: [Part]) -> [StateEntry] {
        guard parts.contains(where: { !$0.stream.entries.isEmpty }) else { return [] }
        var values: [[UInt8]: [UInt8]] = [:]
        for part in parts {
            for entry in part.stream.entries { values[entry.key] = entry.value }
        }
        return values.map { StateEntry(key: $0.key, value: $0.value) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// The chain's head where the first run begins; nil when there is none.
    private func headBefore(_ parts: [Part]) throws(LogError) -> ChainHash? {
        for part in parts {
            guard let run = part.stream.run else { continue }
            return try part.file.checkpoint(run, at: 0).head ?? part.stream.record.genesis
        }
        return nil
    }

    /// Copies the records from `start` on.
    private func copy(
        _ parts: [Part], from start: StreamPosition, _ writer: SegmentWriter
    ) throws(LogError) {
        for part in parts {
            guard let run = part.stream.run else { continue }
            if run.end.record < start.record { continue }
            let copy = IntervalCopy(
                file: part.file, run: run, writer: writer,
                incarnation: part.stream.record.incarnation,
                redactions: redactions[part.stream.record.id] ?? [])
            for index in 0..<run.checkpointCount {
                try pause()
                try copy.write(index, from: start, headAtEnd: part.stream.record.head)
            }
        }
    }
}
