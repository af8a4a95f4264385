import Testing
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// Journal files that are prepared, or used again, on a disk that fails.
@Suite struct FilePreparerTests {
    private let volume = MemoryVolume()
    private let plan = FaultPlan()

    private func open() throws -> TestLog {
        var options = LogOptions.small
        options.fileBytes = 64 << 10
        options.appendBytesMax = 32 << 10
        options.workers = .stepped
        return try TestLog(FaultyVolume(volume, plan: plan), options: options)
    }

    /// How many files the journal's directory has, by what they are.
    private func files(_ suffix: String) throws -> Int {
        try volume.list("journal").count { $0.hasSuffix(suffix) }
    }

    @Test(
        "a file that could not be made ready leaves nothing behind, however often that is tried",
        arguments: [FaultPlan.Operation.write, .sync, .name, .syncDirectory])
    func failedPreparation(operation: FaultPlan.Operation) throws {
        let test = try open()
        let stream = try test.create("a")
        let isOfDirectory = operation == .syncDirectory
        plan.fail(
            operation, count: .max, with: .inputOutput,
            namesContaining: isOfDirectory ? "journal" : "preparing")
        for _ in 0..<5 { #expect(test.log.stepPreparer()) }
        // What names the directory does not name its files: those can be removed.
        if operation != .name { #expect(try volume.list("journal").count == 1) }
        #expect(try files(".spare") == 0)
        plan.clear()
        #expect(test.log.stepPreparer())
        #expect(try files(".spare") == 1)
        for round in 0..<3 { try test.append([pattern(20_000, seed: round)], to: stream) }
        #expect(try files(".journal") == 2)
        test.log.close()
    }

    @Test("what has no space is not written in part, however often it is asked for")
    func missingSpace() throws {
        let test = try open()
        let stream = try test.create("a")
        plan.fail(.reserve, count: .max, with: .outOfSpace, namesContaining: "preparing")
        try test.append([pattern(20_000)], to: stream)
        let written = plan.count(of: .write)
        for _ in 0..<5 { #expect(test.log.stepPreparer()) }
        #expect(plan.count(of: .write) == written)
        #expect(try volume.list("journal").count == 1)
        try test.append([pattern(20_000)], to: stream)
        #expect(throws: LogError.self) { try test.append([pattern(20_000)], to: stream) }
        plan.clear()
        #expect(test.log.stepPreparer())
        try test.append([pattern(20_000)], to: stream)
        test.log.close()
    }

    @Test("a file that could not be used again leaves nothing behind")
    func failedReuse() throws {
        let test = try open()
        let stream = try test.create("a")
        for round in 0..<4 {
            while test.log.stepPreparer() {}
            for _ in 0..<2 { try test.append([pattern(25_000, seed: round)], to: stream) }
        }
        let before = try files(".journal")
        #expect(before >= 4)
        plan.fail(.syncDirectory, count: .max, with: .inputOutput, namesContaining: "journal")
        try test.log.settle()
        while try files(".journal") > 1 { #expect(test.log.stepPreparer()) }
        #expect(try files(".spare") == 0)
        plan.clear()
        while test.log.stepPreparer() {}
        try test.append([pattern(25_000)], to: stream)
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }
}
