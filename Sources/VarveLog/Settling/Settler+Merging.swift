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
        let request = CompactionRequest(isOver: isOver)
        gate.lock()
        defer { gate.unlock() }
        if requests.hasEnded { throw .closed }
        requests.compactions.append(request)
        parts.synced.wake()
        while request.result == nil, !requests.hasEnded { gate.wait() }
        guard let result = request.result else { throw .closed }
        return try result.get()
    }

    // MARK: The thread

    /// Does what calls of `compact` asked for by now, all of them at once.
    func compactIfWanted() {
        answerThoseWhoGaveUp()
        let isWanted = gate.withLock {
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
        gate.withLock {
            for request in requests.compacting { request.result = result }
            requests.compacting = []
            gate.broadcast()
        }
    }

    /// Tells the callers of `compact` who do not want it any more that it is over for them.
    ///
    /// - Returns: true when a compaction is being made and nobody is left who wants it.
    @discardableResult
    private func answerThoseWhoGaveUp() -> Bool {
        let (waiting, wasWanted) = gate.withLock {
            (requests.compactions + requests.compacting, !requests.compacting.isEmpty)
        }
        // Without the lock: what it asks is the callers' own.
        let over = waiting.filter { $0.isOver() }
        guard !over.isEmpty else { return false }
        return gate.withLock {
            for request in over { request.result = .failure(.closed) }
            requests.compactions.removeAll { $0.result != nil }
            requests.compacting.removeAll { $0.result != nil }
            gate.broadcast()
            return wasWanted && requests.compacting.isEmpty
        }
    }

    /// Merges what is worth it. A failure changes nothing and is tried again later.
    func mergeWhileDue() {
        dropped.remove(from: parts.volume, parts.bytes.segments)
        guard parts.options.mergesSegments, catalogFailure == nil,
            SystemClock().monotonicNanoseconds() >= nextMerge
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
            nextMerge = SystemClock().monotonicNanoseconds() + 10 * Self.retryNanoseconds
        }
    }

    private func compactAll() throws(LogError) -> CompactionReport {
        if let catalogFailure { throw catalogFailure }
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
        if let table { return table.entries }
        let loaded = try SegmentTable(try parts.catalog.segments(), volume: parts.volume)
        table = loaded
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
        let number = mark.nextSegment
        mark.nextSegment += 1
        var inputs: [SegmentFile] = []
        for number in numbers { inputs.append(try source.open(number, in: parts.volume)) }
        let bytes = inputs.reduce(0) { $0 + $1.backend.size }
        isMerging = true
        isErasureWaiting = false
        defer { isMerging = false }
        let entry = try write(inputs, as: number, superseding: numbers.sorted())
        report.add(segments: numbers.count, bytes: bytes, result: entry)
        statistics.merged(bytes, into: entry)
        drop(numbers)
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
        let knownDead = table?.deadBytes(of: numbers) ?? 0
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
        let nowDead = table?.deadBytes(of: numbers) ?? 0
        let dead = nowDead > knownDead ? nowDead - knownDead : 0
        do throws(LogError) {
            try parts.catalog.merge(
                outcome.changes, into: number, from: first.first, superseding: superseded,
                deadBytes: dead, mark: mark)
        } catch {
            catalogFailure = error
            throw error
        }
        table?.replace(
            numbers,
            by: SegmentTable.Entry(
                number: number, first: first.first.rawValue, last: last.last.rawValue,
                bytes: outcome.segment.fileBytes, deadBytes: dead))
        parts.directory.noteMovedRuns()
        for change in outcome.changes { install(change, superseding: numbers) }
        return outcome.segment
    }

    /// Lets a settling that is due go first, keeps the pace, and ends the merging when the log
    /// closes.
    private func letOthersGo() throws(LogError) {
        guard parts.options.workers == .threads else { return }
        let clock = SystemClock()
        let end = pace.pause(
            after: source.movedBytes, now: clock.monotonicNanoseconds())
        while true {
            let isUnwanted = answerThoseWhoGaveUp()
            let (isStopping, wanted, done) = gate.withLock {
                (requests.isStopping, requests.wanted, requests.done)
            }
            if isStopping || isUnwanted { throw .closed }
            let newest = parts.synced.newest
            // Behind the look at what is synced: a redaction that this has is counted.
            guard redactionsUnderWay.load(ordering: .acquiring) == 0 else {
                throw .overloaded(reason: "a redaction goes first")
            }
            if wanted > done || isDue(newest) { attempt(newest, answering: wanted) }
            if let catalogFailure { throw catalogFailure }
            // Else nothing would be settled before the merge ends.
            guard !isErasureWaiting else { throw .overloaded(reason: "a redaction goes first") }
            guard clock.monotonicNanoseconds() < end else { return }
            waitForFrames(until: end)
        }
    }
}
