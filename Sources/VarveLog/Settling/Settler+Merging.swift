import Synchronization
import VarvePlatform
import VarveStorage

// Merging segments, on the settler's thread: it is the only one that changes which segments there
// are. Settlings go first: a merge lets each that is due run in between.

extension Settler {
    /// How many bytes are moved between two looks at the clock and at what is due.
    private static let lookBytes: UInt64 = 512 << 10
    /// How many times `pause` is called, at most, between two looks.
    private static let lookPauses = 256

    /// Merges as much as possible, and waits for it, or until `isOver`; those who wait at the same
    /// time get the report of one compaction, and none of them ends it for the others.
    func compact(
        until isOver: @escaping @Sendable () -> Bool
    ) throws(LogError) -> CompactionReport {
        guard parts.options.workers == .threads else { return try compactAll() }
        let number = try requests.withLock { (requests) throws(LogError) in
            if requests.hasEnded { throw .closed }
            requests.compactionsWanted += 1
            let number = requests.compactionsWanted
            requests.compactions.append(CompactionRequest(number: number, isOver: isOver))
            parts.synced.wake()
            return number
        }
        return try requests.wait { requests -> Result<CompactionReport, LogError>? in
            requests.compacted.removeValue(forKey: number)
                ?? (requests.hasEnded ? .failure(.closed) : nil)
        }.get()
    }

    // MARK: The thread

    /// Does what calls of `compact` asked for by now, all of them at once.
    func compactIfWanted() {
        answerThoseWhoGaveUp()
        let isWanted = requests.withLock { requests in
            requests.compacting = requests.compactions
            requests.compactions = []
            return !requests.compacting.isEmpty
        }
        guard isWanted else { return }
        let result: Result<CompactionReport, LogError>
        do throws(LogError) {
            result = .success(try compactAll())
        } catch {
            if error != .closed { statistics.mergeFailed(error) }
            result = .failure(error)
        }
        requests.withLock { now in
            for request in now.compacting { now.compacted[request.number] = result }
            now.compacting = []
            requests.broadcast()
        }
    }

    /// Tells the callers of `compact` who do not want it any more that it is over for them.
    ///
    /// - Returns: true when a compaction is being made and nobody is left who wants it.
    @discardableResult
    private func answerThoseWhoGaveUp() -> Bool {
        let (waiting, wasWanted) = requests.withLock {
            ($0.compactions + $0.compacting, !$0.compacting.isEmpty)
        }
        // Without the lock: what it asks is the callers' own.
        let over = Set(waiting.filter { $0.isOver() }.map(\.number))
        guard !over.isEmpty else { return false }
        return requests.withLock { now in
            for number in over { now.compacted[number] = .failure(.closed) }
            now.compactions.removeAll { over.contains($0.number) }
            now.compacting.removeAll { over.contains($0.number) }
            requests.broadcast()
            return wasWanted && now.compacting.isEmpty
        }
    }

    /// Merges what is worth it. A failure changes nothing and is tried again later.
    func mergeWhileDue() {
        dropped.remove(from: parts.volume, parts.bytes.segments)
        guard parts.options.mergesSegments, work.catalogFailure == nil,
            SystemClock().monotonicNanoseconds() >= work.nextMerge
        else { return }
        let plan = CompactionPlan(bytesMax: parts.options.mergeBytesMax)
        var report = CompactionReport()
        do throws(LogError) {
            while let range = plan.next(try segments()) {
                try merge(try segments()[range].map(\.number), &report)
            }
        } catch {
            if case .closed = error { return }
            statistics.mergeFailed(error)
            let moment = SystemClock().monotonicNanoseconds() + 10 * Self.retryNanoseconds
            update { $0.nextMerge = moment }
        }
    }

    private func compactAll() throws(LogError) -> CompactionReport {
        if let failure = work.catalogFailure { throw failure }
        var report = CompactionReport()
        let plan = CompactionPlan(bytesMax: parts.options.mergeBytesMax)
        let segments = try segments()
        let groups = plan.all(segments).map { segments[$0].map(\.number) }
        for numbers in groups { try merge(numbers, &report) }
        dropped.remove(from: parts.volume, parts.bytes.segments)
        return report
    }

    /// The segments in use.
    func segments() throws(LogError) -> [SegmentTable.Entry] {
        if let table = work.table { return table.entries }
        let loaded = try SegmentTable(try parts.catalog.segments(), volume: parts.volume)
        update { $0.table = loaded }
        return loaded.entries
    }

    /// Merges the neighbours with these numbers; on the thread, or where there is none.
    func merge(_ numbers: [UInt32]) throws(LogError) -> CompactionReport {
        var report = CompactionReport()
        try merge(numbers, &report)
        dropped.remove(from: parts.volume, parts.bytes.segments)
        return report
    }

    /// Merges neighbours: new segment, catalog, streams, and then the old ones go.
    private func merge(
        _ numbers: [UInt32], _ report: inout CompactionReport
    ) throws(LogError) {
        let number = takeSegmentNumber()
        var inputs: [SegmentFile] = []
        for number in numbers { inputs.append(try source.open(number, in: parts.volume)) }
        let bytes = inputs.reduce(0) { $0 + $1.backend.size }
        update { work in
            work.isMerging = true
            work.isErasureWaiting = false
        }
        defer { update { $0.isMerging = false } }
        let entry = try write(inputs, as: number, superseding: numbers.sorted())
        report.add(segments: numbers.count, bytes: bytes, result: entry)
        statistics.merged(bytes, into: entry)
        drop(numbers)
    }

    /// The number of the next segment that is written.
    func takeSegmentNumber() -> UInt32 {
        update { work in
            defer { work.mark.nextSegment += 1 }
            return work.mark.nextSegment
        }
    }

    /// Has segments that others took the place of removed, as soon as no read looks into them.
    func drop(_ numbers: [UInt32]) {
        // Whoever pins from now on finds the new runs.
        let (dropped, synced) = (self.dropped, parts.synced)
        parts.pins.retire {
            dropped.add(numbers)
            synced.wake()
        }
    }

    /// Writes what is left of segments into one that takes their place.
    ///
    /// - Parameter redactions: what is erased on the way; it then goes at full speed.
    func write(
        _ inputs: [SegmentFile], as number: UInt32, superseding superseded: [UInt32],
        erasing redactions: [StreamID: [Redaction]] = [:]
    ) throws(LogError) -> SegmentSummary {
        let (first, last) = (inputs[0].header, inputs[inputs.count - 1].header)
        var options = SegmentOptions()
        options.superseded = superseded
        options.signer = parts.signer.current
        options.checkpointRecords = parts.options.checkpoints.recordsMax
        options.afterSlice = { [source] (count) throws(LogError) in source.add(count) }
        let writer = try SegmentWriter(
            volume: parts.volume,
            header: SegmentHeader(
                number: number, id: Journal.newFileID(parts.random), first: first.first,
                last: last.last, cut: last.cut, wallMilliseconds: last.wallMilliseconds),
            options: options)
        dropped.begin(number)
        let numbers = Set(superseded)
        let knownDead = work.table?.deadBytes(of: numbers) ?? 0
        var pauses = 0
        var looked = source.movedBytes
        let merge = SegmentMerge(
            inputs: inputs, catalog: parts.catalog, redactions: redactions
        ) { [self] () throws(LogError) in
            guard redactions.isEmpty else { return }
            pauses += 1
            guard pauses >= Self.lookPauses || source.movedBytes >= looked + Self.lookBytes else {
                return
            }
            try letOthersGo()
            pauses = 0
            looked = source.movedBytes
        }
        let outcome: SegmentMerge.Outcome
        do throws(LogError) {
            outcome = try merge.run(writer)
        } catch {
            dropped.abandon(number, in: parts.volume)
            throw error
        }
        // What went dead meanwhile may have been copied before.
        let nowDead = work.table?.deadBytes(of: numbers) ?? 0
        let dead = nowDead > knownDead ? nowDead - knownDead : 0
        do throws(LogError) {
            try parts.catalog.merge(
                outcome.changes, into: number, from: first.first, superseding: superseded,
                deadBytes: dead, mark: work.mark)
        } catch {
            update { $0.catalogFailure = error }
            throw error
        }
        let entry = SegmentTable.Entry(
            number: number, first: first.first.rawValue, last: last.last.rawValue,
            bytes: outcome.segment.fileBytes, deadBytes: dead)
        update { $0.table?.replace(numbers, by: entry) }
        parts.directory.noteMovedRuns()
        for change in outcome.changes { install(change, superseding: numbers) }
        return outcome.segment
    }

    /// Lets a settling that is due go first, keeps the pace, and ends the merging when the log
    /// closes.
    private func letOthersGo() throws(LogError) {
        guard parts.options.workers == .threads else { return }
        let clock = SystemClock()
        let (moved, now) = (source.movedBytes, clock.monotonicNanoseconds())
        let end = update { $0.pace.pause(after: moved, now: now) }
        while true {
            let isUnwanted = answerThoseWhoGaveUp()
            let (isStopping, wanted, done) = requests.withLock {
                ($0.isStopping, $0.wanted, $0.done)
            }
            if isStopping || isUnwanted { throw .closed }
            let newest = parts.synced.newest
            // Behind the look at what is synced: a redaction that this has is counted.
            guard redactionsUnderWay.load(ordering: .acquiring) == 0 else {
                throw .overloaded(reason: "a redaction goes first")
            }
            if wanted > done || isDue(newest) { attempt(newest, answering: wanted) }
            if let failure = work.catalogFailure { throw failure }
            // Else nothing would be settled before the merge ends.
            guard !work.isErasureWaiting else {
                throw .overloaded(reason: "a redaction goes first")
            }
            guard clock.monotonicNanoseconds() < end else { return }
            waitForFrames(until: end)
        }
    }
}
