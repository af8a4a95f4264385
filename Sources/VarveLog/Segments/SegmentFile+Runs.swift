// Places in runs: which positions are boundaries, where a page ends, where the chain can be joined.

extension SegmentFile {
    /// True when a record of the run, or the run itself, ends or begins at `position`; nil when
    /// that would wait for a disk and `blocking` is false.
    ///
    /// Reads one interval's block, and blocks of the table of checkpoints: mostly one.
    package func isBoundary(
        _ run: SettledRun, _ position: StreamPosition, blocking: Bool
    ) throws(LogError) -> Bool? {
        try check(run)
        guard position.record >= run.firstRecord, position.byte >= run.firstByte,
            position.record < run.end.record
        else { return position == run.end }
        guard let interval = try interval(of: run, with: position.record, blocking: blocking)
        else { return nil }
        var found: StreamPosition?
        interval.forEach { element in
            if element.position.record == position.record { found = element.position }
            return found == nil
        }
        return position == found ?? interval.end
    }

    /// The last boundary that is not behind the stream's byte `limit`, but at least one record
    /// behind the boundary `from`; nil when that would wait for a disk and `blocking` is false.
    package func end(
        _ run: SettledRun, from: StreamPosition, limit: UInt64, blocking: Bool
    ) throws(LogError) -> StreamPosition? {
        try check(run)
        if limit >= run.end.byte || from.record >= run.end.record { return run.end }
        if limit >= run.firstByte {
            guard
                let slot = try slot(of: run, word: 1, atMost: limit, blocking: blocking),
                let interval = try interval(of: run, at: slot, blocking: blocking)
            else { return nil }
            var last = interval.slot.start
            interval.forEach { element in
                guard element.end.byte <= limit else { return false }
                last = element.end
                return true
            }
            if last.record > from.record { return last }
        }
        let first = max(from.record, run.firstRecord)
        guard let interval = try interval(of: run, with: first, blocking: blocking) else {
            return nil
        }
        var behind = interval.end
        interval.forEach { element in
            guard element.position.record == first, element.kind.takesNumber else { return true }
            behind = element.end
            return false
        }
        return behind
    }

    /// The last checkpoint at or before the record of that number, waiting for the disk.
    package func checkpoint(
        _ run: SettledRun, atOrBefore record: UInt64
    ) throws(LogError) -> SegmentCheckpoint {
        try check(run)
        guard
            let slot = try slot(
                of: run, word: 0, atMost: max(record, run.firstRecord), blocking: true)
        else { throw .wouldBlock }
        return try checkpoint(run, at: slot.index)
    }

    /// The checkpoint with that number, from 0, waiting for the disk.
    package func checkpoint(_ run: SettledRun, at index: Int) throws(LogError) -> SegmentCheckpoint
    {
        let interval = try interval(of: run, index: index)
        return SegmentCheckpoint(
            index: index, position: interval.slot.start, head: interval.head)
    }

    /// Throws `corruption` unless the run lies in this segment's data.
    package func check(_ run: SettledRun) throws(LogError) {
        let end = dataEnd
        let table =
            run.checkpointCount == 1
            ? 0
            : SlotTable.byteCount(
                of: UInt64(run.checkpointCount), slotBytes: SegmentFormat.checkpointSlotBytes)
        guard run.segment == header.number, run.dataOffset >= SegmentFormat.dataOffset,
            run.dataOffset <= end, run.storedBytes <= end - run.dataOffset,
            run.blocksBytes <= end - run.blocksOffset, table <= end - run.tableOffset,
            run.encoding != .none || run.storedBytes == run.byteCount,
            max(run.firstRecord, run.recordCount) <= SegmentFormat.positionMax,
            max(run.firstByte, run.byteCount) <= SegmentFormat.positionMax
        else {
            throw damage(
                run.dataOffset, run.storedBytes, "a run that is not in this segment's data")
        }
    }

    /// The interval of a run that was checked in which `record` begins; nil when that would wait.
    func interval(
        of run: SettledRun, with record: UInt64, blocking: Bool
    ) throws(LogError) -> RunInterval? {
        guard let slot = try slot(of: run, word: 0, atMost: record, blocking: blocking) else {
            return nil
        }
        return try interval(of: run, at: slot, blocking: blocking)
    }

    /// The interval of that number, waiting for the disk.
    func interval(of run: SettledRun, index: Int) throws(LogError) -> RunInterval {
        try check(run)
        precondition(index >= 0 && index < run.checkpointCount, "an interval of the run")
        var slot = CheckpointSlot(onlyOf: run)
        if run.checkpointCount > 1 {
            guard let block = try table(of: run).block(of: index, blocking: true) else {
                throw .wouldBlock
            }
            slot = CheckpointSlot(index, in: block)
        }
        guard let interval = try interval(of: run, at: slot, blocking: true) else {
            throw .wouldBlock
        }
        return interval
    }

    /// The last interval whose record (word 0) or byte (word 1) is at most `limit`; nil when that
    /// would wait.
    func slot(
        of run: SettledRun, word: Int, atMost limit: UInt64, blocking: Bool
    ) throws(LogError) -> CheckpointSlot? {
        guard run.checkpointCount > 1 else { return CheckpointSlot(onlyOf: run) }
        // Intervals are much alike: the part of the run is the part of the table.
        let (first, count) =
            word == 0 ? (run.firstRecord, run.recordCount) : (run.firstByte, run.byteCount)
        let part = Double(limit - first) / Double(max(1, count))
        let guess = Int(min(1, part) * Double(run.checkpointCount))
        let reader = table(of: run)
        guard
            let found = try reader.last(
                word: word, atMost: limit, guess: guess, blocking: blocking)
        else { return nil }
        guard found.index >= 0, let block = found.block else {
            throw damage(
                run.tableOffset, UInt64(SegmentFormat.checkpointSlotBytes),
                "a run's first checkpoint is not at its beginning")
        }
        return CheckpointSlot(found.index, in: block)
    }

    /// Reads and checks the block of an interval; nil when that would wait.
    func interval(
        of run: SettledRun, at slot: CheckpointSlot, blocking: Bool
    ) throws(LogError) -> RunInterval? {
        guard slot.isInside(run) else {
            throw damage(
                run.tableOffset, UInt64(SegmentFormat.checkpointSlotBytes),
                "checkpoint \(slot.index) of a run lies outside it")
        }
        let offset = run.blocksOffset + slot.blockOffset
        guard
            let block = try checkedPiece(
                at: offset, count: slot.blockBytes, seed: .interval,
                place: run.dataOffset &+ slot.blockOffset, detail: "an interval's block",
                blocking: blocking)
        else { return nil }
        do {
            return try RunInterval(slot, of: run, block: block)
        } catch {
            throw damage(offset, UInt64(slot.blockBytes), "an interval's block: \(error)")
        }
    }

    private func table(of run: SettledRun) -> SlotTableReader {
        SlotTableReader(
            file: self, offset: run.tableOffset, count: run.checkpointCount,
            slotBytes: SegmentFormat.checkpointSlotBytes, seed: .checkpoints, base: run.dataOffset)
    }
}
