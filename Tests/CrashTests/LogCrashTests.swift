import Testing
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage

/// The log over a disk that loses power, fails, and fills up.
@Suite struct LogCrashTests {
    @Test(arguments: 1...16)
    func nothingAcknowledgedIsLostOverManyPowerLosses(seed: Int) throws {
        let work = LogWorkload(seed: UInt64(seed), isLarge: seed % 4 == 0)
        let random = SeededRandom(seed: UInt64(seed) &* 77)
        for cycle in 0..<12 {
            try work.open()
            try work.check()
            for _ in 0..<random.next(below: 25) { try patiently { try work.step() } }
            switch random.next(below: 5) {
            case 0: work.close()
            case 1: work.crash(.keepingAll)
            case 2: work.crash(.losingAll)
            default: work.crash(.random(seed: UInt64(seed * 100 + cycle)))
            }
        }
        try work.open()
        try work.check()
        work.close()
    }

    @Test(arguments: 1...16)
    func aFailedWriteOrSyncPoisonsAndReopeningKeepsThePromise(seed: Int) throws {
        let work = LogWorkload(seed: UInt64(seed))
        let random = SeededRandom(seed: UInt64(seed) &* 131)
        for cycle in 0..<8 {
            try work.open()
            try work.check()
            for _ in 0..<random.next(below: 10) { try patiently { try work.step() } }
            let operation: FaultPlan.Operation = random.next(below: 2) == 0 ? .write : .sync
            work.plan.fail(
                operation, atTurn: random.next(below: 6) + 1, with: .inputOutput,
                namesContaining: "journal/")
            var error: LogError?
            for _ in 0..<60 where error == nil {
                do {
                    try patiently { try work.step() }
                } catch let thrown as LogError {
                    error = thrown
                }
            }
            work.plan.clear()
            if error != nil, work.log?.failure != nil {
                // It stays refused, whatever the disk says now, and reads go on.
                #expect(throws: LogError.self) { try work.stepUntilItStages() }
                #expect(work.log?.failure?.code == "poisoned")
            }
            // The same process opens the log again: what the page cache shows may not be on disk.
            work.crash(.keepingAll)
            try work.open()
            try work.check()
            work.crash(.random(seed: UInt64(seed * 1000 + cycle)))
        }
        try work.open()
        try work.check()
    }

    @Test func everyCrashPointOfASmallWorkloadRecovers() throws {
        let total = try changes(of: LogWorkload(seed: 5))
        #expect(total > 20)
        for point in 0..<total + 5 {
            for outcome in [
                CrashOutcome.keepingAll, .losingAll, .random(seed: UInt64(point)),
            ] {
                let work = LogWorkload(seed: 5)
                work.plan.freeze(afterChanges: point)
                _ = try? changes(of: work)
                work.crash(outcome)
                work.plan.clear()
                try work.open()
                try work.check()
                work.close()
            }
        }
    }

    @Test func aCrashAtAnyPointOfRecoveryIsACrashLikeAnyOther() throws {
        for point in 0..<40 {
            let work = LogWorkload(seed: 9)
            try work.open()
            for _ in 0..<20 { try patiently { try work.step() } }
            work.crash(.keepingAll)
            work.plan.freeze(afterChanges: point)
            _ = try? work.open()
            work.crash(.random(seed: UInt64(point)))
            work.plan.clear()
            try work.open()
            try work.check()
            work.close()
        }
    }

    @Test func withoutSpaceAppendsAreRefusedNothingIsPoisonedAndLaterTriesWork() throws {
        let work = LogWorkload(seed: 3)
        try work.open()
        work.plan.fail(.create, count: .max, with: .outOfSpace, namesContaining: "preparing")
        var refusal: LogError?
        for _ in 0..<2000 where refusal?.code != "out-of-space" {
            do {
                try work.step()
            } catch let error as LogError {
                refusal = error
                #expect(error.code == "out-of-space" || error.code == "overloaded")
            }
        }
        #expect(refusal?.code == "out-of-space")
        #expect(work.log?.failure == nil)
        work.plan.clear()
        try patiently(alsoWithoutSpace: true) { try work.stepUntilItStages() }
        work.crash(.losingAll)
        try work.open()
        try work.check()
        work.close()
    }

    @Test func openingWithoutSpaceFailsByNameAndLeavesNoFile() throws {
        let work = LogWorkload(seed: 4)
        work.plan.fail(.create, count: .max, with: .outOfSpace, namesContaining: "preparing")
        let error = #expect(throws: LogError.self) { try work.open() }
        #expect(error?.code == "out-of-space")
        #expect(try work.disk.list("journal") == [])
        work.plan.clear()
        try work.open()
        try work.check()
        work.close()
    }

    /// A fixed small workload; the number of changes of the disk it made.
    private func changes(of work: LogWorkload) throws -> Int {
        try work.open()
        for _ in 0..<30 { try patiently { try work.step() } }
        work.close()
        return work.plan.changeCount
    }
}

extension LogWorkload {
    /// Steps until one really stages something.
    func stepUntilItStages() throws {
        let before = model.steps.count
        while model.steps.count == before { try step() }
    }
}

/// Repeats what a busy log refuses.
private func patiently(alsoWithoutSpace: Bool = false, _ body: () throws -> Void) throws {
    while true {
        do {
            return try body()
        } catch LogError.overloaded {
            continue
        } catch LogError.outOfSpace where alsoWithoutSpace {
            continue
        }
    }
}
