/// Walking over the records of a stream, with their hashes.
extension EventLog {
    /// Where a stream's records lie, copied at one moment.
    private struct WalkPlan {
        var runs: ContiguousArray<SettledRun> = []
        var extents: ContiguousArray<Extent> = []
        /// The extent before the first one.
        var previous: Extent?
        /// Where the last of the extents ends.
        var end: StreamPosition
        /// Where the stream begins for its readers.
        var visibleStart = StreamPosition.start
        /// What is erased and may still be in segments.
        var redactions: [Redaction] = []
        /// True when the last extent is the last of its set.
        var endsWithSet = true
    }

    /// Walks over the own records of `stream` from a place at or before `start`, whose head is
    /// stored, or from the very first one, to the end of the set or interval that `end` is in.
    ///
    /// Waits for disks. Memory does not grow with the settled part.
    ///
    /// - Returns: the chain's head where the walk began; nil when there was nothing to walk over,
    ///   or no check.
    @discardableResult
    func walkOwn(
        _ stream: LogStream, from start: StreamPosition, to end: StreamPosition, through lsn: LSN,
        check: ReadCheck, _ body: (Record) throws(LogError) -> Void
    ) throws(LogError) -> ChainHash? {
        let pin = pins.pin()
        defer { withExtendedLifetime(pin) {} }
        let plan = try stream.withLock { (state) throws(LogError) in
            try Self.plan(of: state, from: check == .genesis ? .start : start, to: end, lsn, check)
        }
        // What lies before the visible start may be gone.
        let begin = max(check == .genesis ? plan.visibleStart : start, stream.start)
        let first = plan.runs.first?.start ?? plan.extents.first?.start ?? plan.end
        if first > begin { throw .lost(from: begin, to: first) }
        let redactions = plan.redactions
        let give = { (record: Record) throws(LogError) in
            guard !redactions.isEmpty else { return try body(record) }
            try body(redactions.reduce(record) { $1.applied(to: $0) })
        }
        var chain = RecordChain(of: stream, isHashing: check != .none)
        for (index, run) in plan.runs.enumerated() {
            let from = check == .genesis ? StreamPosition.start : start
            // The last run may be there for its last head alone.
            let isForItsHead = index + 1 == plan.runs.count && run.end <= from
            if index > 0 {
                let before = plan.runs[index - 1].end
                if before != run.start, before < end { throw .lost(from: before, to: run.start) }
            }
            let file = try bytes.segments.file(run.segment)
            try file.walk(
                run, from: isForItsHead ? run.end : from, to: end, &chain, give)
        }
        guard !plan.extents.isEmpty || plan.previous != nil else { return chain.beginning }
        if plan.previous == nil, let run = plan.runs.last, let extent = plan.extents.first,
            run.end != extent.start
        {
            throw .lost(from: run.end, to: extent.start)
        }
        try chain.flushing(body) { (chain) throws(LogError) in
            try walkJournal(plan, &chain, body)
        }
        return chain.beginning
    }

    /// Walks over the part of a plan that lies in the journal.
    private func walkJournal(
        _ plan: WalkPlan, _ chain: inout RecordChain, _ body: (Record) throws(LogError) -> Void
    ) throws(LogError) {
        var walk = RecordWalk(in: bytes, chain: chain)
        defer { chain = walk.chain }
        if let previous = plan.previous {
            try walk.join(behind: previous, end: plan.extents.first?.firstByte ?? plan.end.byte)
        } else if plan.runs.isEmpty {
            try walk.chain.join(nil, at: 0)
        }
        for (index, extent) in plan.extents.enumerated() {
            let isLast = index + 1 == plan.extents.count
            let next = isLast ? nil : plan.extents[index + 1]
            try walk.visit(
                extent, end: next?.firstByte ?? plan.end.byte,
                isLastOfSet: isLast ? plan.endsWithSet : next?.lsn != extent.lsn, body)
        }
    }

    private static func plan(
        of state: borrowing LogStreamState, from start: StreamPosition, to end: StreamPosition,
        _ lsn: LSN, _ check: ReadCheck
    ) throws(LogError) -> WalkPlan {
        if state.isDeleted { throw .unknownStream }
        let count = state.extents.count(through: lsn.rawValue)
        let tail = count == state.extents.count ? state.tail : state.extents[count].start
        var plan = WalkPlan(end: tail)
        plan.visibleStart = state.visibleStart
        plan.redactions = state.redactions(through: lsn)
        let first = state.extents.index(of: start.record, among: count) ?? 0
        var index = first
        // Back to the beginning of the set, whose predecessor has the head before it.
        while index > 0, index < count, state.extents[index - 1].lsn == state.extents[index].lsn {
            index -= 1
        }
        if start < state.settledEnd || (index == 0 && check != .none) {
            copyRuns(of: state, from: start, to: end, into: &plan)
        }
        if index > 0, index < count { plan.previous = state.extents[index - 1] }
        var last: UInt64 = 0
        while index < count {
            let extent = state.extents[index]
            guard
                extent.lsn == last || extent.firstByte < end.byte
                    || extent.firstRecord < end.record || end == tail
            else {
                plan.end = extent.start
                return plan
            }
            plan.extents.append(extent)
            last = extent.lsn
            index += 1
        }
        return plan
    }

    /// The runs from the one with `start`, or the last one, up to the one with `end`.
    private static func copyRuns(
        of state: borrowing LogStreamState, from start: StreamPosition, to end: StreamPosition,
        into plan: inout WalkPlan
    ) {
        guard !state.runs.isEmpty else { return }
        let connected = state.firstConnectedRun
        let first =
            state.runs[connected...].lastIndex {
                $0.firstRecord <= start.record && $0.recordCount > 0
            } ?? connected
        for run in state.runs[first...] where run.start <= end || run.end == state.tail {
            plan.runs.append(run)
        }
    }
}

extension SegmentFile {
    /// Walks over the intervals of a run from the one with `start` to the one with `end`.
    fileprivate func walk(
        _ run: SettledRun, from start: StreamPosition, to end: StreamPosition,
        _ chain: inout RecordChain, _ body: (Record) throws(LogError) -> Void
    ) throws(LogError) {
        let first =
            start <= run.start
            ? 0 : try checkpoint(run, atOrBefore: min(start.record, run.end.record)).index
        try chain.flushing(body) { (chain) throws(LogError) in
            for index in first..<run.checkpointCount {
                let checkpoint = try checkpoint(run, at: index)
                guard checkpoint.position <= end else { return }
                try walk(run, intervals: index..<index + 1) { (item) throws(LogError) in
                    switch item {
                    case .checkpoint(let position, let head):
                        try chain.join(head, at: position.record)
                    case .record(let record):
                        try chain.end(body)
                        chain.begin(record.entry, at: record.position, leaf: record.leaf)
                    case .bytes(let bytes):
                        chain.add(bytes)
                    }
                }
                try chain.end(body)
            }
        }
    }
}
