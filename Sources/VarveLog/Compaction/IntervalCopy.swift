import VarveBytes

/// Copies the intervals of one run to a segment that is being written.
///
/// An interval goes over as one set: its head at the end is known, so nothing is hashed again,
/// unless one record is larger than an interval otherwise gets. Thread rule: one thread.
struct IntervalCopy {
    let file: SegmentFile
    let run: SettledRun
    let writer: SegmentWriter
    /// The stream's incarnation.
    let incarnation: Incarnation
    /// What is erased of the stream on the way.
    var redactions: [Redaction] = []

    /// Copies the interval of that number, as far as its records are not before `start`.
    ///
    /// - Parameter headAtEnd: the chain's head behind the run.
    func write(
        _ index: Int, from start: StreamPosition, headAtEnd: ChainHash
    ) throws(LogError) {
        let interval = try file.interval(of: run, index: index)
        guard interval.end.record >= start.record else { return }
        let isLast = index + 1 == run.checkpointCount
        let headAfter = isLast ? headAtEnd : try file.checkpoint(run, at: index + 1).head
        guard let headAfter else {
            throw file.damage(run.tableOffset, 0, "a checkpoint inside a run has no head")
        }
        var entries: [LengthEntry] = []
        var leaves: [SHA256Digest] = []
        var skipped = 0
        var offset = 0
        var erasure = IntervalErasure(redactions, of: incarnation)
        interval.forEach { element in
            guard element.position.record >= start.record else {
                skipped += element.entry.storedBytes
                return true
            }
            let erased = erasure.entry(for: element, at: offset, leaf: leaves.count)
            entries.append(erased ?? element.entry)
            if erased != nil { leaves.append(SHA256Digest()) }
            if let leaf = element.leaf { leaves.append(leaf) }
            offset += element.entry.storedBytes
            return true
        }
        guard !entries.isEmpty else { return }
        let count = Int(interval.end.byte - interval.slot.start.byte)
        guard count > SegmentFormat.intervalBytesMax else {
            return try writeWhole(
                interval, entries, leaves, erasure, skipping: skipped, count: count, headAfter)
        }
        // One record, piece by piece.
        if !erasure.isEmpty {
            try erasure.setLeaf(&leaves) { (next) throws(LogError) in
                for chunk in 0..<interval.chunkCount {
                    try withChunk(chunk, of: interval) { (bytes) throws(LogError) in
                        next(UnsafeRawBufferPointer(bytes))
                    }
                }
            }
        }
        for chunk in 0..<interval.chunkCount {
            let isEnd = chunk + 1 == interval.chunkCount
            try withChunk(chunk, of: interval) { (bytes) throws(LogError) in
                erasure.erase(bytes, from: chunk * SegmentFormat.chunkBytesMax)
                try writer.append(
                    entries: chunk == 0 ? entries : [], payload: [UnsafeRawBufferPointer(bytes)],
                    headAfter: isEnd ? headAfter : nil, leaves: chunk == 0 ? leaves : [])
            }
        }
    }

    private func writeWhole(
        _ interval: RunInterval, _ entries: [LengthEntry], _ leaves: [SHA256Digest],
        _ erasure: IntervalErasure, skipping skipped: Int, count: Int, _ headAfter: ChainHash
    ) throws(LogError) {
        var leaves = leaves
        guard count > 0 else {
            erasure.erase(UnsafeMutableRawBufferPointer(start: nil, count: 0), &leaves)
            return try writer.append(
                entries: entries, payload: [], headAfter: headAfter, leaves: leaves)
        }
        try withChunk(0, of: interval) { (bytes) throws(LogError) in
            let kept = UnsafeMutableRawBufferPointer(rebasing: bytes[skipped...])
            erasure.erase(kept, &leaves)
            try writer.append(
                entries: entries, payload: [UnsafeRawBufferPointer(kept)],
                headAfter: headAfter, leaves: leaves)
        }
    }

    private func withChunk(
        _ index: Int, of interval: RunInterval,
        _ body: (UnsafeMutableRawBufferPointer) throws(LogError) -> Void
    ) throws(LogError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: interval.chunk(index).bytes, alignment: 16)
        defer { buffer.deallocate() }
        _ = try file.readChunk(index, of: interval, run, into: buffer, blocking: true)
        try body(buffer)
    }
}
