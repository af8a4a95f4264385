import VarveConnect

/// What is known of the store's batches, and the pairs that follow from them.
struct StoreKnowledge {
    /// A prune that a writer asked for.
    struct Prune {
        let writer: Int
        let rule: KeyRule
        /// The last batch of its writer before it.
        let after: UInt64
        var isAcknowledged = false
    }

    var plans: [UInt64: BatchPlan] = [:]
    var unanswered: [[UInt8]: BatchPlan] = [:]
    var prunes: [Prune] = []
    /// The last acknowledged batch by writer.
    var latest: [Int: UInt64] = [:]
    /// The newest batch that was acknowledged.
    var acknowledged: UInt64 = 0
    /// The newest batch that was compared.
    private(set) var settled: UInt64 = 0
    /// Below it batches may have been dropped.
    var droppable: UInt64 = 1
    var problems: [String] = []
    private var model = StoreModel()

    /// Compares a batch of the log with the one that has its sequence, or finds out which it is.
    mutating func check(_ batch: BatchResponse) {
        let sequence = batch.sequence
        let name = batch.entries.first?.key ?? []
        let plan: BatchPlan
        if let known = plans[sequence] {
            plan = known
        } else if let unanswered = unanswered.removeValue(forKey: name) {
            plan = unanswered
            plans[sequence] = plan
        } else {
            let text = String(decoding: name, as: UTF8.self)
            return problems.append("nobody wrote batch \(sequence), which begins with \(text)")
        }
        if BatchDigest(batch.entries, isDeletion: batch.isDeletion) != BatchDigest(plan) {
            problems.append(
                "batch \(sequence) is not whole: it has \(batch.entries.count) entries of \(plan)")
        }
    }

    /// Brings the model to `current`, and compares it with all pairs.
    mutating func settle(through current: UInt64, _ rows: [KeyValue]) {
        var due = prunes.filter(\.isAcknowledged)
        let pending = prunes.filter { !$0.isAcknowledged }
        prunes = []
        func isDue(_ sequence: UInt64) -> [KeyRule] {
            let rules = due.filter { $0.after <= sequence }.map(\.rule)
            due.removeAll { $0.after <= sequence }
            return rules
        }
        for rule in isDue(settled) { model.apply(rule) }
        if settled < current {
            for sequence in settled + 1...current {
                guard let plan = plans[sequence] else {
                    problems.append("batch \(sequence) is unknown")
                    continue
                }
                model.apply(plan)
                for rule in isDue(sequence) { model.apply(rule) }
            }
        }
        let there = Set(rows.map(\.key))
        for prune in pending {
            let removals = prune.rule.removals(from: model.pairs)
            let left = removals.count { there.contains($0) }
            if left == 0 {
                model.apply(prune.rule)
            } else if left < removals.count {
                problems.append("\(prune.rule): \(left) of \(removals.count) keys are left")
            }
        }
        if let difference = model.difference(from: rows) { problems.append(difference) }
        settled = max(settled, current)
        acknowledged = max(acknowledged, current)
        // What is not there now must never come.
        unanswered = [:]
    }
}
