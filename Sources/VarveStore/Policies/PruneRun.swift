import VarveLog

/// One call of prune: which keys go, in events of a bounded size.
///
/// The keys are planned twice over one snapshot, if they are too many for one event: first to know
/// that every policy can be applied, then to apply them. Thread rule: one thread.
struct PruneRun {
    private let plans: [PrunePlan]
    private let snapshot: StoreSnapshot
    /// The most bytes of keys of one event.
    private let eventBytesMax: Int

    /// A run of checked policies over the keys of a snapshot.
    init(_ plans: [PrunePlan], over snapshot: StoreSnapshot, log: LogOptions) {
        self.plans = plans
        self.snapshot = snapshot
        // An event is one append, which a file of the journal must hold.
        eventBytesMax = min(
            4 << 20, log.appendBytesMax / 2, log.recordBytesMax / 2, log.fileBytes / 4)
    }

    /// Plans everything, then calls `body` with each event's keys, in order; what became of the
    /// keys.
    ///
    /// - Throws: `invalidPolicy` before `body` was called; `index`, what `body` throws.
    func run(_ body: ([StoreKey]) throws(StoreError) -> Void) throws(StoreError) -> PruneCounts {
        var counts = PruneCounts()
        var keys: [StoreKey] = []
        var bytes = 0
        for plan in plans {
            let done = try forEachKey(of: plan) { key in
                bytes += key.count + 1
                if bytes <= eventBytesMax { keys.append(key) }
            }
            counts.add(done)
        }
        if bytes <= eventBytesMax {
            if !keys.isEmpty { try body(keys) }
        } else {
            keys = []
            try runInParts(body)
        }
        return counts
    }

    private func runInParts(_ body: ([StoreKey]) throws(StoreError) -> Void) throws(StoreError) {
        var keys: [StoreKey] = []
        var bytes = 0
        for plan in plans {
            _ = try forEachKey(of: plan) { (key) throws(StoreError) in
                keys.append(key)
                bytes += key.count + 1
                guard bytes >= eventBytesMax - StoreLimits.keyBytesMax else { return }
                try body(keys)
                keys.removeAll(keepingCapacity: true)
                bytes = 0
            }
        }
        if !keys.isEmpty { try body(keys) }
    }

    /// Calls `body` with the keys that go by one policy.
    private func forEachKey(
        of plan: PrunePlan, _ body: (StoreKey) throws(StoreError) -> Void
    ) throws(StoreError) -> PruneCounts {
        let planner = PrunePlanner(plan)
        var failure: StoreError?
        try snapshot.forEach(prefix: plan.prefix) { key, _ in
            do throws(StoreError) {
                if let gone = try planner.feed(key) { try body(gone) }
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        return planner.counts
    }
}
