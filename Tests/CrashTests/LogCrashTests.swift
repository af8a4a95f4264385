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

    @Test func aMarkThatMayNotBeOnDiskIsNoPartOfTheFileItEnds() throws {
        let disk = SimulatedVolume()
        let plan = FaultPlan()
        let volume = FaultyVolume(disk, plan: plan)
        var options = LogOptions()
        options.fileBytes = 64 << 10
        options.workers = .stepped
        func open() throws -> EventLog {
            try EventLog.open(
                volume: volume, options: options, clock: ManualClock(),
                random: SeededRandom(seed: 1), fold: nil)
        }
        let first = try open()
        _ = try first.createStream("s")
        // The mark is written, and the process dies before it is synced.
        plan.freeze(afterChanges: 1)
        first.close()
        plan.clear()
        // The next one finds it in the page cache; then the power goes.
        try open().abandon()
        disk.crash(.losingAll)
        let last = try open()
        #expect(try last.stream(named: "s") != nil)
        last.close()
        #expect(try LogVerifier.verify(volume: disk).damages == [])
    }

    @Test func withoutSpaceAppendsAreRefusedNothingIsPoisonedAndLaterTriesWork() throws {
        let work = LogWorkload(seed: 3)
        try work.open()
        work.plan.fail(.create, count: .max, with: .outOfSpace, namesContaining: "preparing")
        var refusal: LogError?
        while refusal?.code != "out-of-space" {
            do {
                try work.step()
            } catch let error as LogError {
                refusal = error
                #expect(error.code == "out-of-space" || error.code == "overloaded")
            }
        }
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
