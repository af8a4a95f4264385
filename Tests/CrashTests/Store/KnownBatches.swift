import ServerProcess
import Synchronization
import VarveConnect

/// What the clients of the store were told, and what follows from it for the batches and the pairs
/// that a server must show after a crash.
///
/// An acknowledged batch has its sequence for good. One whose answer was on the way when the server
/// died is there whole, under one sequence, or never.
final class KnownBatches: Sendable {
    private let knowledge = Mutex(StoreKnowledge())

    var problems: [String] { knowledge.withLock(\.problems) }

    /// How many batches were compared.
    var settled: UInt64 { knowledge.withLock(\.settled) }

    func report(_ problem: String) {
        knowledge.withLock { $0.problems.append(problem) }
    }

    // MARK: Load

    /// A batch is about to be sent.
    func announce(_ plan: BatchPlan) {
        knowledge.withLock { $0.unanswered[plan.name] = plan }
    }

    /// A batch was refused: it must never be there.
    func withdraw(_ plan: BatchPlan) {
        knowledge.withLock { $0.unanswered[plan.name] = nil }
    }

    /// A batch was acknowledged.
    func acknowledge(_ plan: BatchPlan, as sequence: UInt64) {
        knowledge.withLock { knowledge in
            knowledge.unanswered[plan.name] = nil
            if let other = knowledge.plans.updateValue(plan, forKey: sequence) {
                knowledge.problems.append("two batches got \(sequence): \(other) and \(plan)")
            }
            let before = knowledge.latest.updateValue(sequence, forKey: plan.writer) ?? 0
            if before >= sequence {
                knowledge.problems.append(
                    "writer \(plan.writer) got \(sequence) behind \(before)")
            }
            knowledge.acknowledged = max(knowledge.acknowledged, sequence)
        }
    }

    /// A prune is about to be sent, by a writer who waits for nothing else.
    func announce(_ rule: KeyRule, by writer: Int) {
        knowledge.withLock { knowledge in
            let after = knowledge.latest[writer] ?? 0
            knowledge.prunes.append(.init(writer: writer, rule: rule, after: after))
        }
    }

    /// The last prune of a writer was acknowledged.
    func acknowledgePrune(by writer: Int) {
        knowledge.withLock { knowledge in
            guard let last = knowledge.prunes.lastIndex(where: { $0.writer == writer }) else {
                return
            }
            knowledge.prunes[last].isAcknowledged = true
        }
    }

    /// A threshold below which every batch may be dropped: all of them are acknowledged, so that
    /// nothing is unknown about what nobody can look at any more.
    func dropThreshold(writers: Int) -> UInt64 {
        knowledge.withLock { knowledge in
            guard knowledge.latest.count == writers else { return 1 }
            let threshold = knowledge.latest.values.min() ?? 1
            knowledge.droppable = max(knowledge.droppable, threshold)
            return threshold
        }
    }

    // MARK: Check

    /// What a subscription from `first` through `last` must have been told, without batches below
    /// `oldest`.
    func expected(
        from first: UInt64, through last: UInt64, _ choice: StoreFollower.Choice
    ) -> [StoreFollower.Sight] {
        let plans = knowledge.withLock(\.plans)
        guard first <= last else { return [] }
        return (first...last).compactMap { sequence in
            guard let plan = plans[sequence], choice.mayChoose(plan) else { return nil }
            let chosen = plan.entries.filter { choice.chooses($0) }
            guard !chosen.isEmpty else { return nil }
            return StoreFollower.Sight(
                sequence: sequence, digest: BatchDigest(chosen, isDeletion: plan.isDeletion))
        }
    }

    /// Whether all batches below `sequence` may have been dropped.
    func mayBeDropped(below sequence: UInt64) -> Bool {
        knowledge.withLock { $0.droppable >= sequence }
    }

    /// Compares the log of batches, from the first one that was not compared yet or, if `whole`,
    /// from the oldest one, and all pairs with everything that anybody was told.
    func check(port: UInt16, whole: Bool = false) {
        do {
            let current = try StoreConnection(port: port).sequence()
            let known = knowledge.withLock(\.acknowledged)
            if known > current {
                report("batch \(known) was acknowledged, and the store is at \(current)")
            }
            let first = whole ? 1 : settled + 1
            if first <= current { try checkLog(port: port, from: first, through: current) }
            let rows = try StoreConnection(port: port).everything()
            knowledge.withLock { $0.settle(through: current, rows) }
        } catch {
            report("the check ended early: \(error)")
        }
    }

    private func checkLog(port: UInt16, from first: UInt64, through current: UInt64) throws {
        var next = first
        while next <= current {
            let start = next
            do {
                try checkLog(from: &next, through: current, try subscribe(port: port, from: next))
            } catch let error as ConnectError where error.reason == "BATCH_EVICTED" {
                // None is left where all could be dropped.
                let oldest = error.oldestRetained ?? current + 1
                guard oldest > next, mayBeDropped(below: oldest) else {
                    return report("batch \(next) was dropped, the oldest is \(oldest)")
                }
                next = oldest
            } catch RawConnection.Failure.lost where next > start {
                // A server lets go of a client that takes nothing for half a minute, which may
                // come to pass here on a machine that is busy: it goes on where it was.
            }
        }
    }

    private func checkLog(
        from next: inout UInt64, through current: UInt64, _ frames: StoreConnection.Frames
    ) throws {
        while next <= current {
            guard let batch = try frames.next(BatchResponse.self) else {
                throw StoreConnection.Nonsense(answer: "the end before batch \(next)")
            }
            guard batch.sequence == next else {
                throw StoreConnection.Nonsense(answer: "batch \(batch.sequence), not \(next)")
            }
            knowledge.withLock { $0.check(batch) }
            next += 1
        }
    }

    private func subscribe(port: UInt16, from first: UInt64) throws -> StoreConnection.Frames {
        try StoreConnection(port: port).stream(
            .subscribe,
            SubscribeRequest(selectors: [KeySelector(prefix: [], pattern: "")], since: first))
    }
}
