import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage
import VarveStore
import VarveStreams

/// Opening again: with faults, with flipped bits, twice; and what must be there then.
extension World {
    /// Opens the store after `ending`, checks everything in it, and cuts the model to what is
    /// there.
    func recover(after ending: Ending) throws(Violation) {
        try missLastFile(after: ending)
        try loseCatalogSometimes()
        try keys.loseIndexSometimes()
        let hasLostPower = try failOpeningSometimes() || ending == .powerLoss
        // Weak modes promise to survive the death of a process, and no more.
        let isForgetful = swarm.logOptions.durability != .sync && hasLostPower
        let promised = isForgetful ? synced : seen
        var floor = promised
        if engine == nil, !hasRedacted, chance(swarm.flipPercent), try flipOneBit() {
            floor = min(floor, marked)
        }
        if engine == nil, let error = openEngine() {
            throw Violation("the store does not open: \(error)")
        }
        let isRotten = recovered.rawValue < promised
        try settleModel(floor, forgettingUses: isForgetful || isRotten)
        if chance(10) { try recoverAgain() }
        if chance(20) { keepCatalog() }
        if swarm.keys.isOn, chance(20) { keys.keepIndex() }
        try check()
        if wasOpenedCleanly, !erased.isEmpty, chance(30) { try checkErased() }
        try keys.check()
    }

    /// Takes from the engine how far the log goes, which must be far enough, and cuts the model.
    private func settleModel(_ floor: UInt64, forgettingUses: Bool) throws(Violation) {
        let last = recovered.rawValue
        trace.note("opened through \(last), floor \(floor), staged \(staged)")
        try Violation.require(
            try open.log.synced >= recovered, "what was recovered is not synced")
        try Violation.require(
            last >= floor, "LSN \(floor) was acknowledged, and the log ends at \(last)")
        try Violation.require(last <= staged, "LSN \(last) was never handed out")
        model.cut(after: last, forgettingUses: forgettingUses)
        try keys.cut(after: last, hasLost: last < seen)
        begin(through: last)
        try noteDurable()
    }

    /// Makes the opening fail once, which must leave a store that opens; true when the power went.
    private func failOpeningSometimes() throws(Violation) -> Bool {
        guard chance(swarm.recoveryFaultPercent) else { return false }
        trace.note("opening under faults")
        let fired = plan.firedCount
        switch random.next(below: 6) {
        case 0: plan.fail(.read, atTurn: 1 + random.next(below: 6), with: .inputOutput)
        case 1: plan.fail(.read, atTurn: 1 + random.next(below: 6), with: .shortRead)
        case 2: plan.fail(.write, atTurn: 1 + random.next(below: 6), with: .outOfSpace)
        case 3: plan.fail(.sync, atTurn: 1 + random.next(below: 4), with: .inputOutput)
        case 4: plan.fail(.create, count: 2, with: .outOfSpace)
        default: plan.freeze(afterChanges: random.next(below: 12))
        }
        let error = openEngine()
        let hasFailed = plan.firedCount > fired || isIndexFailing
        clearFaults()
        guard let error else { return false }
        trace.note("did not open: \(error.code)")
        try Violation.require(hasFailed, "the store does not open: \(error)")
        try Violation.require(
            error.code != "corruption" && error.code != "missing-file",
            "a failing disk was taken for damage: \(error)")
        // Crashes while opening are crashes like any other.
        guard chance(60) else { return false }
        losePower(outcome())
        return true
    }

    /// Ends the store at once and opens it again: it must be the same.
    private func recoverAgain() throws(Violation) {
        let before = try digest()
        let catalog = catalogContents()
        kill()
        if chance(50) { losePower(outcome()) }
        let isRebuilt = chance(50)
        if isRebuilt { try removeCatalog() }
        if let error = openEngine() { throw Violation("it does not open again: \(error)") }
        try Violation.require(try digest() == before, "opening again gives another log")
        if isRebuilt { try checkCatalog(against: catalog) }
    }

    /// What a power loss leaves.
    func outcome() -> CrashOutcome {
        switch random.next(below: 5) {
        case 0: .keepingAll
        case 1: .losingAll
        default: .random(seed: random.next())
        }
    }

    /// No faults from now on, but for those that the canary lives by.
    func clearFaults() {
        plan.clear()
        failIndexes(false)
        if options.isCanary { plan.fail(.sync, count: .max, with: .pretending) }
    }

    /// The whole log as one text.
    private func digest() throws(Violation) -> [String] {
        let log = try open.log
        var lines = ["\(log.durable)"]
        let streams: [LogStream]
        do {
            streams = try log.streams(limit: .max)
        } catch {
            throw Violation("the streams cannot be listed: \(error)")
        }
        for stream in streams {
            let state = stream.withLock {
                "\($0.visibleStart) \($0.tail) \($0.head) \($0.isClosed) \($0.lastLSN)"
            }
            lines.append("\(stream.id) \(stream.incarnation) \(stream.name) \(state)")
        }
        return lines
    }
}
