import Testing
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

@Suite struct CompactionCrashTests {
    private static func options() -> LogOptions {
        var options = LogOptions.small
        options.workers = .stepped
        options.mergesSegments = false
        options.fileBytes = 256 << 10
        return options
    }

    /// What a directory must hold again after a crash.
    private struct Expected {
        var bytes: [String: [UInt8]] = [:]
        var heads: [String: ChainHash] = [:]
    }

    private static func check(_ test: TestLog, _ expected: Expected) throws {
        for (name, bytes) in expected.bytes {
            let stream = try #require(test.find(name), "\(name)")
            #expect(try test.bytes(of: stream) == bytes)
            #expect(test.head(stream) == expected.heads[name])
        }
        #expect(test.find("gone") == nil)
    }

    /// Four segments, one stream deleted; closed.
    private static func prepare(
        _ volume: any Volume, _ indexes: any IndexSource
    ) throws -> Expected {
        let test = try TestLog(volume, indexes: indexes, options: options())
        var expected = Expected()
        try test.create("gone", [pattern(3000)])
        for round in 0..<4 {
            for index in 0..<5 {
                let stream = try test.find("s\(index)") ?? test.create("s\(index)")
                try test.append([pattern(100 * index + round), pattern(7)], to: stream)
                expected.bytes["s\(index)"] = try test.bytes(of: stream)
                expected.heads["s\(index)"] = test.head(stream)
            }
            if round == 2 { try test.delete(#require(test.find("gone"))) }
            try test.log.settle()
        }
        test.log.close()
        return expected
    }

    @Test(arguments: [0, 1, 2])
    func aCrashBetweenAnyTwoStepsOfAMergeIsHarmless(_ way: Int) throws {
        var point = 0
        var isComplete = false
        while !isComplete {
            let disk = SimulatedVolume()
            let indexes = SimulatedIndexSource()
            let expected = try Self.prepare(disk, indexes)
            let plan = FaultPlan()
            let test = try TestLog(
                FaultyVolume(disk, plan: plan), indexes: indexes, options: Self.options(), seed: 2)
            plan.freeze(afterChanges: point)
            // The index may lose its last batches though the disk kept the segment, or fail.
            if way == 2, point % 3 == 0 {
                indexes.fail(with: .failed(directory: "catalog", detail: "on purpose"))
            }
            isComplete = (try? test.log.compact()) != nil
            test.log.abandon()
            let outcome: CrashOutcome =
                switch way {
                case 0: .keepingAll
                case 1: .losingAll
                default: .random(seed: UInt64(point))
                }
            disk.crash(outcome)
            indexes.crash(outcome)
            indexes.fail(with: nil)
            plan.clear()
            for seed in 3...4 {
                let again = try TestLog(
                    disk, indexes: indexes, options: Self.options(), seed: UInt64(seed))
                try Self.check(again, expected)
                if seed == 3 { again.log.abandon() } else { again.log.close() }
                if seed == 3 { disk.crash(.keepingAll) }
                if seed == 3 { indexes.crash(.keepingAll) }
            }
            #expect(try LogVerifier.verify(volume: disk).damages == [])
            point += 1
            try #require(point < 200)
        }
        #expect(point > 5)
    }

    @Test func aMergedSegmentThatTheCatalogDoesNotKnowTakesItsPlaceAtOpening() throws {
        let volume = MemoryVolume()
        let indexes = SimulatedIndexSource()
        let expected = try Self.prepare(volume, indexes)
        let test = try TestLog(volume, indexes: indexes, options: Self.options(), seed: 2)
        // The old files stay, as if the process had died before it removed them.
        let pin = test.log.pinFiles()
        indexes.fail(with: .failed(directory: "catalog", detail: "on purpose"))
        #expect(throws: LogError.self) { try test.log.compact() }
        test.log.abandon()
        indexes.crash(.losingAll)
        indexes.fail(with: nil)
        withExtendedLifetime(pin) {}
        #expect(try volume.list("segments").filter { $0.hasSuffix(".segment") }.count == 5)
        let again = try TestLog(volume, indexes: indexes, options: Self.options(), seed: 3)
        #expect(try volume.list("segments").filter { $0.hasSuffix(".segment") }.count == 1)
        try Self.check(again, expected)
        again.log.close()
    }

    @Test func aMergeThatReachesFurtherThanTheCatalogIsFinishedAtOpening() throws {
        let volume = MemoryVolume()
        let indexes = SimulatedIndexSource()
        var expected = try Self.prepare(volume, indexes)
        let test = try TestLog(volume, indexes: indexes, options: Self.options(), seed: 2)
        let stream = try #require(test.find("s1"))
        for round in 0..<2 {
            try test.append([pattern(50 + round)], to: stream)
            try test.log.settle()
        }
        expected.bytes["s1"] = try test.bytes(of: stream)
        expected.heads["s1"] = test.head(stream)
        let pin = test.log.pinFiles()
        indexes.fail(with: .failed(directory: "catalog", detail: "on purpose"))
        #expect(throws: LogError.self) { try test.log.compact() }
        test.log.abandon()
        // What was settled since the opening is not in the catalog any more.
        indexes.crash(.losingAll)
        indexes.fail(with: nil)
        withExtendedLifetime(pin) {}
        #expect(try volume.list("segments").filter { $0.hasSuffix(".segment") }.count == 7)
        let again = try TestLog(volume, indexes: indexes, options: Self.options(), seed: 3)
        #expect(try volume.list("segments").filter { $0.hasSuffix(".segment") }.count == 1)
        try Self.check(again, expected)
        again.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test func leftoversOfAMergeAreRemovedAtOpening() throws {
        let volume = MemoryVolume()
        let indexes = MemoryIndexSource()
        let expected = try Self.prepare(volume, indexes)
        let test = try TestLog(volume, indexes: indexes, options: Self.options(), seed: 2)
        let pin = test.log.pinFiles()
        try test.log.compact()
        test.log.close()
        #expect(try volume.list("segments").count == 5)
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        let again = try TestLog(volume, indexes: indexes, options: Self.options(), seed: 3)
        #expect(try volume.list("segments").count == 1)
        try Self.check(again, expected)
        again.log.close()
        pin.release()
    }
}
