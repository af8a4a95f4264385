import VarveBytes

// Whole runs, from a checkpoint on: for verification, compaction and verified reads.

extension SegmentFile {
    /// Calls `body` with every checkpoint and record of a run in order; waits for the disk. Memory
    /// is bounded whatever the run's size.
    ///
    /// - Parameter intervals: the numbers of the checkpoints to walk from; nil = all of them.
    package func walk(
        _ run: SettledRun, intervals: Range<Int>? = nil,
        _ body: (SegmentItem) throws(LogError) -> Void
    ) throws(LogError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: SegmentFormat.chunkBytesMax, alignment: 16)
        defer { buffer.deallocate() }
        var end: StreamPosition?
        for index in intervals ?? 0..<run.checkpointCount {
            let interval = try interval(of: run, index: index)
            guard end == nil || end == interval.slot.start else {
                throw damage(
                    run.tableOffset, UInt64(SegmentFormat.checkpointSlotBytes),
                    "checkpoint \(index) of a run is not where the records before end")
            }
            end = interval.end
            try body(.checkpoint(interval.slot.start, interval.head))
            try walk(interval, of: run, buffer, body)
        }
    }

    /// Follows the chain of a stream through its run, recomputing every hash; the head at its end.
    ///
    /// Throws `chainBroken` where a recorded head does not follow from the records, `corruption`
    /// where the bytes are damaged. A stream without a run has nothing to follow.
    @discardableResult
    package func verify(_ stream: SegmentStream) throws(LogError) -> ChainHash? {
        guard let run = stream.run else { return nil }
        var check = RunCheck(stream.record)
        try walk(run) { (item) throws(LogError) in try check.follow(item) }
        return try check.end(at: run.end)
    }

    private func walk(
        _ interval: RunInterval, of run: SettledRun, _ buffer: UnsafeMutableRawBufferPointer,
        _ body: (SegmentItem) throws(LogError) -> Void
    ) throws(LogError) {
        var nextChunk = 0
        var rest = UnsafeRawBufferPointer(start: nil, count: 0)
        try interval.forEach { (element) throws(LogError) in
            try body(
                .record(
                    SegmentRecord(
                        position: element.position, entry: element.entry, kind: element.kind,
                        leaf: element.leaf)))
            var missing = element.entry.storedBytes
            while missing > 0 {
                if rest.isEmpty {
                    let chunk = UnsafeMutableRawBufferPointer(
                        rebasing: buffer[..<interval.chunk(nextChunk).bytes])
                    _ = try readChunk(nextChunk, of: interval, run, into: chunk, blocking: true)
                    nextChunk += 1
                    rest = UnsafeRawBufferPointer(chunk)
                }
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(missing))
                try body(.bytes(piece))
                missing -= piece.count
                rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
            }
            return true
        }
    }
}
