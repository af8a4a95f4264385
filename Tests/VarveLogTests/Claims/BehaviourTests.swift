import Testing
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// Behaviours of the log that its design asks for by number; `docs/testing.md` says where each of
/// the others is shown.
@Suite struct BehaviourTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(seed: UInt64 = 1) throws -> TestLog {
        var options = LogOptions.small
        options.mergesSegments = false
        return try TestLog(volume, indexes: indexes, options: options, seed: seed)
    }

    @Test(
        "the head after reopening equals the head before, with 1, 2 and 10 segments",
        arguments: [1, 2, 10])
    func headAfterReopening(segments: Int) throws {
        let test = try open()
        let stream = try test.create("a")
        for round in 0..<segments {
            try test.append([pattern(300, seed: round), [], pattern(7)], to: stream)
            let before = test.head(stream)
            try test.log.settle()
            #expect(test.head(stream) == before, "right after a settling")
            #expect(try test.log.verify(stream).hash == before)
        }
        #expect(stream.withLock { $0.runs.count } == segments)
        let before = test.head(stream)
        test.log.close()
        let again = try open(seed: 2)
        let found = try #require(again.find("a"))
        #expect(again.head(found) == before)
        #expect(try again.log.verify(found).hash == before)
        try again.append([pattern(9)], to: found)
        let next = again.head(found)
        again.log.close()
        let last = try open(seed: 3)
        #expect(try last.head(#require(last.find("a"))) == next)
        last.log.close()
    }

    @Test("reopen, head, append, settle and read give the same in one process and in fresh ones")
    func freshProcesses() throws {
        let random = SeededRandom(seed: 5)
        let steps = (0..<60).map { _ in random.next(below: 3) }
        var answers: [[[UInt8]]] = []
        for opensEachTime in [false, true] {
            let (volume, indexes) = (MemoryVolume(), MemoryIndexSource())
            func open() throws -> TestLog { try TestLog(volume, indexes: indexes, seed: 1) }
            var test = try open()
            try test.create("a")
            var seen: [[UInt8]] = []
            for (number, step) in steps.enumerated() {
                if opensEachTime {
                    test.log.close()
                    test = try open()
                }
                let stream = try #require(test.find("a"))
                switch step {
                case 0: try test.append([pattern(number * 11, seed: number)], to: stream)
                case 1: try test.log.settle()
                default: break
                }
                // Heads differ by the random identity; the records behind them do not.
                #expect(try test.log.verify(stream).hash == test.head(stream))
                seen.append(try test.bytes(of: stream))
            }
            test.log.close()
            answers.append(seen)
        }
        #expect(answers[0] == answers[1])
    }

    @Test("a catalog that is missing, stale or cut short gives every record, never a short read")
    func catalogLoss() throws {
        for loss in 0..<6 {
            let (volume, indexes) = (MemoryVolume(), SimulatedIndexSource())
            let test = try TestLog(volume, indexes: indexes)
            var old: MemoryTable?
            for round in 0..<5 {
                for name in ["a", "b\(round)"] {
                    let stream = try test.find(name) ?? test.create(name)
                    try test.append([pattern(200, seed: round)], to: stream)
                }
                if round == 3 { try test.delete(#require(test.find("b0"))) }
                try test.log.settle()
                if round == loss { old = indexes.contents(of: "catalog") }
            }
            let head = try test.head(#require(test.find("a")))
            test.log.close()
            if let old {
                try indexes.replace("catalog", by: old)
            } else {
                try indexes.destroy("catalog")
            }
            let again = try TestLog(volume, indexes: indexes, seed: 2)
            #expect(again.log.namespace.count == 5)
            let found = try #require(again.find("a"))
            #expect(again.head(found) == head)
            #expect(try again.bytes(of: found).count == 1000)
            #expect(try again.bytes(of: #require(again.find("b4"))) == pattern(200, seed: 4))
            #expect(again.find("b0") == nil)
            again.log.close()
        }
    }

    @Test("an append costs the same whatever the number of records, streams and segments")
    func appendCost() throws {
        let plan = FaultPlan()
        var options = LogOptions.small
        options.fileBytes = 16 << 20
        options.workers = .stepped
        options.mergesSegments = false
        let test = try TestLog(
            FaultyVolume(MemoryVolume(), plan: plan), indexes: indexes, options: options)
        let stream = try test.create("a")
        func cost() throws -> [Int] {
            let before = FaultPlan.Operation.allCases.map { plan.count(of: $0) }
            let bytes = test.log.statistics.now.frameBytes
            for index in 0..<8 { try test.append([pattern(100, seed: index)], to: stream) }
            let after = FaultPlan.Operation.allCases.map { plan.count(of: $0) }
            return zip(after, before).map { $0 - $1 }
                + [Int(test.log.statistics.now.frameBytes - bytes)]
        }
        // With the first append the creation is written.
        _ = try cost()
        let first = try cost()
        for index in 0..<2000 { try test.create("s\(index)") }
        try test.append((0..<5000).map { pattern($0 % 50) }, to: stream)
        for round in 0..<10 {
            try test.append([pattern(10, seed: round)], to: stream)
            try test.log.settle()
        }
        #expect(stream.withLock { $0.runs.count } == 10)
        let last = try cost()
        #expect(last == first)
        test.log.close()
    }

    @Test("scanning a log that is larger than its window keeps memory bounded")
    func scanning() throws {
        var options = LogOptions.small
        options.windowBytes = 1 << 20
        options.settlesWhenClosed = false
        let test = try TestLog(volume, indexes: indexes, options: options)
        let stream = try test.create("a")
        for round in 0..<120 {
            try patiently { try test.append([pattern(100_000, seed: round)], to: stream) }
            if round == 60 { try test.log.settle() }
        }
        #expect(try test.bytes(of: stream, pageBytes: 300_000).count == 12_000_000)
        // The window, and the block that is being filled.
        #expect(test.log.windowMemoryBytes <= 3 << 20)
        test.log.close()
    }
}
