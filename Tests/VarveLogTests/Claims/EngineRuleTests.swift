import Testing
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// Rules of the engine that no other test is about; `docs/testing.md` says where each of the rest
/// is shown.
@Suite struct EngineRuleTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(_ options: LogOptions = .small, seed: UInt64 = 1) throws -> TestLog {
        try TestLog(volume, indexes: indexes, options: options, seed: seed)
    }

    @Test("rule 7: opening takes in a whole segment that the catalog does not know, and no other")
    func rolledForward() throws {
        let test = try open()
        let stream = try test.create("a", [pattern(100)])
        try test.log.settle()
        let path = SegmentName(number: 2, role: .writing).path
        let unfinished = try volume.open(path, create: .exclusive)
        try pattern(5000).withUnsafeBytes { _ = try unfinished.append($0) }
        let head = test.head(stream)
        test.log.close()
        try indexes.destroy("catalog")
        let again = try open(seed: 2)
        #expect(try again.head(#require(again.find("a"))) == head)
        #expect(try volume.list("segments") == [String(SegmentName(number: 1).path.dropFirst(9))])
        again.log.close()
    }

    @Test("rule 7: a gap between what is settled and the journal is an error that names both")
    func gap() throws {
        var options = LogOptions.small
        options.fileBytes = 64 << 10
        options.appendBytesMax = 32 << 10
        let test = try open(options)
        let stream = try test.create("a")
        for round in 0..<4 { try test.append([pattern(1000, seed: round)], to: stream) }
        try test.log.settle()
        for round in 0..<12 {
            try patiently { try test.append([pattern(20_000, seed: round)], to: stream) }
        }
        test.log.close()
        let names = try volume.list("journal").filter { $0.hasSuffix(".journal") }.sorted()
        #expect(names.count > 2)
        try volume.remove("journal/\(names[0])")
        #expect(throws: LogError.self) { try open(options, seed: 2) }
        #expect(
            try volume.list("journal").filter { $0.hasSuffix(".journal") }.sorted()
                == Array(names.dropFirst()))
    }

    @Test("rule 12: a settling that fails stops no append before the limit, and no read")
    func failingSettling() throws {
        let plan = FaultPlan()
        var options = LogOptions.small
        options.settleBytes = 1 << 20
        options.appendBytesMax = 1 << 20
        options.unsettledBytesMax = 4 << 20
        options.workers = .stepped
        let test = try TestLog(
            FaultyVolume(volume, plan: plan), indexes: indexes, options: options)
        let stream = try test.create("a", [pattern(10)])
        plan.fail(
            .create, count: .max, with: .outOfSpace, namesContaining: SegmentFormat.directory)
        #expect(throws: LogError.self) { try test.log.settle() }
        var count = 0
        var refusal: LogError?
        while refusal == nil, count < 500 {
            do {
                try test.append([pattern(50_000, seed: count)], to: stream)
                count += 1
            } catch let error as LogError {
                // The next file is made by hand here.
                if error.code == "overloaded", test.log.stepPreparer() { continue }
                refusal = error
            }
        }
        #expect(refusal?.code == "overloaded")
        #expect(count > 40)
        #expect(test.log.failure == nil)
        #expect(try test.bytes(of: stream).count == 10 + count * 50_000)
        plan.clear()
        try test.log.settle()
        try test.append([pattern(50_000)], to: stream)
        test.log.close()
    }

    @Test("rule 16: opening loads no payload")
    func openingLoadsNoPayload() throws {
        let test = try open()
        let stream = try test.create("a")
        for round in 0..<80 {
            try patiently { try test.append([pattern(100_000, seed: round)], to: stream) }
        }
        test.log.close()
        let again = try open(seed: 2)
        #expect(again.log.windowMemoryBytes <= 2 << 20)
        #expect(try again.bytes(of: #require(again.find("a"))).count == 8_000_000)
        again.log.close()
    }

    @Test("rule 17: what settles a log is its frames, not the padding of its groups")
    func padding() throws {
        var options = LogOptions.small
        options.settleBytes = 64 << 10
        options.appendBytesMax = 64 << 10
        let test = try open(options)
        let stream = try test.create("a")
        // Each a group of its own, padded to 4 KiB: far more than 64 KiB of the file.
        for round in 0..<100 { try test.append([pattern(10, seed: round)], to: stream) }
        #expect(test.log.settlingStatistics.now.settlings == 0)
        // The window has the frames alone.
        #expect(test.log.statistics.now.frameBytes < 64 << 10)
        test.log.close()
    }

    @Test("rule 21: no value of the catalog grows with the number of a stream's runs")
    func runKeys() throws {
        let test = try open()
        let stream = try test.create("a")
        var largest: [Int] = []
        for round in 0..<40 {
            try test.append([pattern(10, seed: round)], to: stream)
            try test.log.settle()
            guard round == 5 || round == 39 else { continue }
            var bytes = 0
            _ = try indexes.openReadOnly("catalog").scan(IndexRange(prefix: [])) { _, value in
                bytes = max(bytes, value.count)
                return true
            }
            largest.append(bytes)
        }
        // Numbers take a byte more now and then.
        #expect(largest[1] < largest[0] + 8)
        test.log.close()
    }

    @Test("rule 27: a stream's id is the LSN of the frame that created it, and is never used again")
    func identity() throws {
        var ids: Set<UInt64> = []
        for round in 0..<6 {
            let test = try open(seed: UInt64(round) + 1)
            let old = test.find("a")
            if let old { try test.delete(old) }
            let stream = try test.create("a")
            #expect(stream.withLock { $0.lastLSN.rawValue } == stream.id.rawValue)
            #expect(ids.insert(stream.id.rawValue).inserted)
            #expect(old?.incarnation != stream.incarnation)
            if round % 2 == 0 { try test.log.settle() }
            test.log.close()
        }
        #expect(ids.count == 6)
    }

    @Test("rule 30: a closing is in the chain and takes no offset")
    func controlRecords() throws {
        let test = try open()
        let stream = try test.create("a", [pattern(10)])
        let (tail, head) = (test.tail(stream), test.head(stream))
        try test.append([], to: stream, closes: true)
        #expect(test.tail(stream) == tail)
        #expect(test.head(stream) != head)
        let page = try test.log.read(stream, check: .genesis)
        #expect(page.records.map(\.kind) == [.data, .close])
        try test.log.settle()
        #expect(try test.log.verify(stream).hash == test.head(stream))
        test.log.close()
    }
}
