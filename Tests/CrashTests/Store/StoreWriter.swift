import ServerProcess
import VarveConnect

/// One client that puts, deletes and prunes keys of its own and keys that all share, and now and
/// then sees to the server's housekeeping.
final class StoreWriter: @unchecked Sendable {
    // Sendable: rounds hand the object from thread to thread with a join between, never share it.
    private let number: Int
    private let writers: Int
    private let mayDrop: Bool
    private let known: KnownBatches
    private var dice: Dice
    private var batchesMade = 0
    private var wantsBulk = false

    init(number: Int, of writers: Int, mayDrop: Bool, known: KnownBatches, seed: UInt64) {
        self.number = number
        self.writers = writers
        self.mayDrop = mayDrop
        self.known = known
        dice = Dice(seed: seed &+ UInt64(number) &* 104_729)
    }

    /// Has the next load begin with a batch that is large enough to reach the index as a file.
    func planBulk() { wantsBulk = true }

    /// Writes until the connection ends.
    func work(port: UInt16, progress: Progress) {
        guard let connection = try? StoreConnection(port: port) else { return }
        do {
            while known.problems.isEmpty { try step(over: connection, progress) }
        } catch let error as RawConnection.Failure {
            // The server was killed.
            if case .malformed(let text) = error { known.report("writer \(number): \(text)") }
        } catch {
            known.report("writer \(number): \(error)")
        }
    }

    private func step(over connection: StoreConnection, _ progress: Progress) throws {
        if wantsBulk {
            wantsBulk = false
            try perform([bulk()], over: connection, progress)
            return try prune(.all(prefix: BatchPlan.bulkPrefix(of: number)), over: connection)
        }
        if dice.oneIn(30) { return try prune(anyRule(), over: connection) }
        if dice.oneIn(40) { return try keepHouse(over: connection) }
        // Several at once are pipelined: what dies with the server is then a run of them.
        let count = dice.oneIn(4) ? Int.random(in: 2...8, using: &dice) : 1
        try perform((0..<count).map { _ in plan(isSmall: count > 1) }, over: connection, progress)
    }

    private func perform(
        _ plans: [BatchPlan], over connection: StoreConnection, _ progress: Progress
    ) throws {
        for plan in plans {
            known.announce(plan)
            if plan.isDeletion {
                try connection.send(.delete, DeleteRequest(plan.entries.map(\.key)))
            } else {
                try connection.send(.put, PutRequest(plan.entries))
            }
        }
        for plan in plans {
            do {
                // The answers to both have one shape.
                let answer = try connection.receive(PutResponse.self)
                known.acknowledge(plan, as: answer.sequence)
                progress.acknowledge()
            } catch let error as ConnectError where error.reason == "OVERLOADED" {
                // A slow disk is no fault.
                known.withdraw(plan)
            }
        }
    }

    private func prune(_ rule: KeyRule, over connection: StoreConnection) throws {
        known.announce(rule, by: number)
        _ = try connection.call(.prune, rule.request, PruneResponse.self)
        known.acknowledgePrune(by: number)
    }

    private func anyRule() -> KeyRule {
        dice.oneIn(2)
            ? .latestNames(writer: number, count: Int.random(in: 1...30, using: &dice))
            : .all(
                prefix: BatchPlan.keyPrefix(of: number)
                    + "\(Int.random(in: 0...29, using: &dice))")
    }

    /// Settling, merging, and dropping old batches.
    private func keepHouse(over connection: StoreConnection) throws {
        if mayDrop, dice.oneIn(2) {
            let rule = RetentionRule.greaterThanOrEqual(
                threshold: known.dropThreshold(writers: writers))
            _ = try connection.call(
                .setRetention, SetRetentionRequest(rule), SetRetentionResponse.self)
        } else {
            let path = dice.oneIn(3) ? "/v1/stream/__ds/compact" : "/v1/stream/__ds/settle"
            let status = try connection.post(path)
            if status >= 300 { known.report("POST \(path): \(status)") }
        }
    }

    // MARK: Choices

    /// Mostly small, sometimes of hundreds of pairs, rarely large. Small ones stay in the order in
    /// which they are sent: a server takes large ones apart elsewhere.
    private func plan(isSmall: Bool) -> BatchPlan {
        let isDeletion = dice.oneIn(5)
        if !isSmall, dice.oneIn(25) {
            return plan(count: 3, valueBytesMax: 300_000)
        }
        if !isSmall, dice.oneIn(4) {
            let count = Int.random(in: 100...500, using: &dice)
            return plan(count: count, valueBytesMax: 300, isDeletion: isDeletion)
        }
        let count = dice.oneIn(2) ? 1 : Int.random(in: 2...20, using: &dice)
        return plan(count: count, valueBytesMax: 600, isDeletion: isDeletion)
    }

    private func bulk() -> BatchPlan {
        plan(count: 100_003, valueBytesMax: 0)
    }

    private func plan(
        count: Int, valueBytesMax: Int, isDeletion: Bool = false
    ) -> BatchPlan {
        batchesMade += 1
        return BatchPlan(
            writer: number, number: batchesMade, isDeletion: isDeletion, count: count,
            valueBytesMax: valueBytesMax)
    }
}
