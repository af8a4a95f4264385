import Testing
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

@Suite struct RedactionCrashTests {
    private static let secret = Array("the name of somebody who wants to be forgotten".utf8)

    private static func options() -> LogOptions {
        var options = LogOptions.small
        options.workers = .stepped
        options.mergesSegments = false
        options.fileBytes = 64 << 10
        return options
    }

    private static func hasSecret(_ volume: any Volume) throws -> Bool {
        for directory in ["journal", "segments"] {
            for name in try volume.list(directory) {
                let file = try volume.open("\(directory)/\(name)", create: .never)
                var bytes = [UInt8](repeating: 0, count: Int(file.size))
                try bytes.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
                if bytes.firstRange(of: secret) != nil { return true }
            }
        }
        return false
    }

    /// Two segments and a journal that have the secret, in a stream and for its fork.
    private static func prepare(
        _ volume: any Volume, _ indexes: any IndexSource
    ) throws -> (head: ChainHash, forkHead: ChainHash) {
        let test = try TestLog(volume, indexes: indexes, options: options())
        let stream = try test.create("s", [pattern(10), secret])
        try test.log.settle()
        let fork = try test.fork(stream, "fork")
        try test.append([secret, pattern(20)], to: stream)
        try test.log.settle()
        try test.append([secret], to: stream)
        let heads = (test.head(stream), test.head(fork))
        test.log.close()
        return heads
    }

    @Test(
        "a crash between any two steps leaves a redaction undone, or it is finished at opening",
        arguments: [0, 1, 2])
    func crashPoints(_ way: Int) throws {
        let length = secretLength
        let blanks = [UInt8](repeating: 0x20, count: Self.secret.count)
        let before = pattern(10) + Self.secret + Self.secret + pattern(20) + Self.secret
        let after = pattern(10) + blanks + blanks + pattern(20) + Self.secret
        var point = 0
        var isComplete = false
        var outcomes: Set<Bool> = []
        while !isComplete {
            let disk = SimulatedVolume()
            let indexes = SimulatedIndexSource()
            let heads = try Self.prepare(disk, indexes)
            let plan = FaultPlan()
            let test = try TestLog(
                FaultyVolume(disk, plan: plan), indexes: indexes, options: Self.options(), seed: 2)
            plan.freeze(afterChanges: point)
            let stream = try #require(test.find("s"))
            let receipt = try? test.log.redact(
                stream, from: StreamPosition(record: 1, byte: 10), records: 2, filler: .blanks,
                reason: [65])
            isComplete = receipt?.isErased == true
            test.log.abandon()
            let outcome: CrashOutcome =
                switch way {
                case 0: .keepingAll
                case 1: .losingAll
                default: .random(seed: UInt64(point))
                }
            disk.crash(outcome)
            indexes.crash(outcome)
            plan.clear()
            var contents: [UInt8]?
            for seed in 3...5 {
                let again = try TestLog(
                    disk, indexes: indexes, options: Self.options(), seed: UInt64(seed))
                let stream = try #require(again.find("s"))
                let fork = try #require(again.find("fork"))
                let found = try again.bytes(of: stream)
                #expect(found == before || found == after, "point \(point), seed \(seed)")
                // What was promised, or seen once, stays.
                if receipt != nil { #expect(found == after) }
                #expect(contents == nil || contents == found)
                contents = found
                #expect(try again.bytes(of: fork) == Array(found.prefix(10 + length)))
                #expect(try again.log.verify(stream).hash == heads.head)
                #expect(try again.log.verify(fork).hash == heads.forkHead)
                if seed == 4 { try again.log.settle() }
                if seed < 5 { again.log.abandon() } else { again.log.close() }
                if seed == 3 {
                    disk.crash(.losingAll)
                    indexes.crash(.losingAll)
                }
            }
            outcomes.insert(contents == after)
            let report = try LogVerifier.verify(volume: disk)
            #expect(report.damages == [])
            if contents == after { #expect(report.streams[0].redactedRecords == 2) }
            point += 1
            try #require(point < 400)
        }
        #expect(point > 10)
        #expect(outcomes == [true, false])
    }

    @Test(
        "a crash leaves a redaction over a fork and its source undone, or done in both",
        arguments: [0, 1, 2])
    func crashBetweenPieces(_ way: Int) throws {
        let blanks = [UInt8](repeating: 0x20, count: Self.secret.count)
        let before = pattern(10) + Self.secret + Self.secret + pattern(20)
        let after = pattern(10) + blanks + blanks + pattern(20)
        var point = 0
        var isComplete = false
        var outcomes: Set<Bool> = []
        while !isComplete {
            let disk = SimulatedVolume()
            let indexes = SimulatedIndexSource()
            let prepared = try TestLog(disk, indexes: indexes, options: Self.options())
            let source = try prepared.create("source", [pattern(10), Self.secret])
            let fork = try prepared.fork(source, "fork")
            try prepared.append([Self.secret, pattern(20)], to: fork)
            prepared.log.close()
            let plan = FaultPlan()
            let test = try TestLog(
                FaultyVolume(disk, plan: plan), indexes: indexes, options: Self.options(), seed: 2)
            plan.freeze(afterChanges: point)
            let receipt = try? test.log.redact(
                #require(test.find("fork")), from: StreamPosition(record: 1, byte: 10),
                records: 2, filler: .blanks, reason: [65])
            isComplete = receipt?.isErased == true
            test.log.abandon()
            let outcome: CrashOutcome =
                switch way {
                case 0: .keepingAll
                case 1: .losingAll
                default: .random(seed: UInt64(point))
                }
            disk.crash(outcome)
            indexes.crash(outcome)
            plan.clear()
            var found: [UInt8]?
            for seed in 3...5 {
                let again = try TestLog(
                    disk, indexes: indexes, options: Self.options(), seed: UInt64(seed))
                let bytes = try again.bytes(of: #require(again.find("fork")))
                #expect(bytes == before || bytes == after, "point \(point), seed \(seed)")
                #expect(receipt == nil || bytes == after)
                #expect(found == nil || found == bytes)
                found = bytes
                let own = try again.bytes(of: #require(again.find("source")))
                #expect(own == Array(bytes.prefix(own.count)))
                // The first opening leaves it to the journal, the second settles.
                if seed == 4 { try again.log.settle() }
                if seed < 5 { again.log.abandon() } else { again.log.close() }
            }
            outcomes.insert(found == after)
            #expect(try LogVerifier.verify(volume: disk).damages == [])
            if found == after { #expect(try !Self.hasSecret(disk), "point \(point)") }
            point += 1
            try #require(point < 400)
        }
        #expect(outcomes == [true, false])
    }

    private var secretLength: Int { Self.secret.count }

    @Test(
        "after a redaction that a crash interrupted, the next opening and settling leave no byte",
        arguments: [0, 1])
    func bytesAreGoneAfterACrash(_ way: Int) throws {
        var point = 0
        var isComplete = false
        while !isComplete {
            let disk = SimulatedVolume()
            let indexes = SimulatedIndexSource()
            let prepared = try TestLog(disk, indexes: indexes, options: Self.options())
            let stream = try prepared.create("s", [pattern(10), Self.secret])
            try prepared.append([pattern(3)], to: stream)
            prepared.log.close()
            let plan = FaultPlan()
            let test = try TestLog(
                FaultyVolume(disk, plan: plan), indexes: indexes, options: Self.options(), seed: 2)
            plan.freeze(afterChanges: point)
            isComplete =
                (try? test.log.redact(
                    #require(test.find("s")), from: StreamPosition(record: 1, byte: 10),
                    records: 1, filler: .blanks, reason: []))?.isErased == true
            // What is said to be gone is gone, also from files that could not be overwritten.
            if isComplete { #expect(try !Self.hasSecret(disk), "point \(point)") }
            test.log.abandon()
            disk.crash(way == 0 ? .keepingAll : .losingAll)
            indexes.crash(way == 0 ? .keepingAll : .losingAll)
            plan.clear()
            let again = try TestLog(disk, indexes: indexes, options: Self.options(), seed: 3)
            let found = try again.bytes(of: #require(again.find("s")))
            try again.log.settle()
            while again.log.stepPreparer() {}
            again.log.close()
            let last = try TestLog(disk, indexes: indexes, options: Self.options(), seed: 4)
            last.log.close()
            if found.firstRange(of: Self.secret) == nil {
                #expect(try !Self.hasSecret(disk), "point \(point)")
            }
            point += 1
            try #require(point < 400)
        }
    }
}
