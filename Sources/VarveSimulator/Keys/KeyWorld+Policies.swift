import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStore
import VarveStreams

/// Keys and batches that go.
extension KeyWorld {
    /// Prunes keys by policies.
    func prune() throws(Violation) {
        guard let store else { return }
        let request = KeyPrune(world.random)
        world.trace.note(request.line)
        let state = try visible
        let keys = request.keys(of: state.rows)
        if request.isValid, !keys.isEmpty {
            pendingPolicy = .prune(limit: state.current, keys: keys)
        }
        let result = try run { () throws(StoreError) in try store.prune(request.policies) }
        switch result {
        case .success(let report):
            try Violation.require(request.isValid, "a policy was taken that is none")
            try Violation.require(
                report.sequence == state.current && report.counts.removed == UInt64(keys.count),
                "\(report.counts.removed) keys were pruned at \(report.sequence), "
                    + "\(keys.count) go at \(state.current)")
        case .failure(.invalidPolicy(let detail, _)):
            try Violation.require(!request.isValid, "a policy was refused: \(detail)")
        case .failure: break
        }
    }

    /// Sets the rule by which batches are kept.
    func setRetention() throws(Violation) {
        guard let store else { return }
        let random = world.random
        let state = try visible
        let near = state.current + UInt64(random.next(below: 5))
        let threshold = near - min(near, UInt64(random.next(below: 6)))
        let rule: StoreRetention? =
            switch random.next(below: 8) {
            case 0, 1: nil
            case 2: .greaterThan(threshold: threshold)
            case 3: .greaterThanOrEqual(threshold: threshold)
            case 4: .dropAll
            default: .keepLatest(count: UInt64(random.next(below: 12)))
            }
        world.trace.note("keeps \(rule.map { "\($0)" } ?? "everything")")
        let isPossible = rule == nil || !world.options.isEncrypted
        if isPossible {
            let floor = KeyModel.State.cutoff(of: rule, current: state.current)
            pendingPolicy = .retention(rule, floor: max(state.cutoff, floor))
        }
        let result = try run { () throws(StoreError) in try store.setRetention(rule) }
        switch result {
        case .success(let oldest):
            let state = try visible
            try Violation.require(isPossible, "batches may go, and the index is in memory")
            // Others may have come while the space was given back.
            let isLate = store.appliedSequence < state.current
            try Violation.require(
                state.retention == rule && (oldest == state.oldest || isLate),
                "\(oldest ?? 0) is told to be the oldest batch, not \(state.oldest ?? 0)")
        case .failure(.unsupported):
            try Violation.require(!isPossible, "a rule was refused")
        case .failure: break
        }
    }

    /// Drops the oldest batches from their log.
    func pruneLog() throws(Violation) {
        guard let store else { return }
        let state = try visible
        let start = state.cutoff
        let cutoff = start + UInt64(world.random.next(below: 6))
        world.trace.note("drops the batches before \(cutoff)")
        let target = min(cutoff, state.current + 1)
        let isPossible = !world.options.isEncrypted
        if isPossible { trimTarget = target }
        defer { trimTarget = 0 }
        let result = try run { () throws(StoreError) in try store.pruneBatchLog(below: cutoff) }
        switch result {
        case .success(let count):
            try Violation.require(isPossible, "batches went, and the index is in memory")
            try Violation.require(
                count == max(start, target) - start,
                "\(count) batches were dropped from \(start) on, before \(target)")
            try Violation.require(try visible.cutoff >= target, "dropped batches are kept")
        case .failure(.unsupported):
            try Violation.require(!isPossible, "dropping batches was refused")
        case .failure: break
        }
    }

    /// The turn of the thread that applies what is durable and gives back the space of what is
    /// dropped.
    func work() throws(Violation) {
        guard let store else { return }
        world.trace.note("applies")
        world.asWorker { store.stepWorker() }
        try noteLog()
        try world.rethrowNested()
        try look()
    }

    /// Runs a call that waits for the disk; others may act meanwhile. What it fails with has a
    /// reason.
    private func run<R>(
        _ body: () throws(StoreError) -> R
    ) throws(Violation) -> Result<R, StoreError> {
        let (hadFailed, fired) = (try world.open.log.failure != nil, world.plan.firedCount)
        let result = world.asWorker { Result { () throws(StoreError) in try body() } }
        try noteLog()
        pendingPolicy = nil
        try world.rethrowNested()
        try world.noteDurable()
        if case .failure(let error) = result {
            switch error {
            case .invalidPolicy, .unsupported: world.trace.note("-> \(error.code)")
            default: try checkFailure(error, hadFailed: hadFailed, fired: fired)
            }
        }
        return result
    }
}
