import Glibc
import Testing
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct CompactionTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(
        seed: UInt64 = 1, merges: Bool = false, workers: WorkerMode = .stepped
    ) throws -> TestLog {
        var options = LogOptions.small
        options.mergesSegments = merges
        options.workers = workers
        options.fileBytes = 8 << 20
        return try TestLog(volume, indexes: indexes, options: options, seed: seed)
    }

    /// What readers see of a stream: bytes, head, and where its records end.
    private struct Contents: Equatable {
        var bytes: [UInt8]
        var head: ChainHash
        var tail: StreamPosition
        var pages: [StreamPosition]
        var isClosed: Bool
    }

    private func contents(_ test: TestLog, _ name: String) throws -> Contents? {
        guard let stream = test.find(name) else { return nil }
        let bytes = try test.bytes(of: stream, from: stream.start)
        var pages: [StreamPosition] = []
        var position = stream.start
        while position < test.tail(stream) {
            position =
                try test.log.read(
                    stream, from: position, maxBytes: 700, through: test.log.durable,
                    blocking: true
                ).end
            pages.append(position)
        }
        return Contents(
            bytes: bytes, head: test.head(stream), tail: test.tail(stream), pages: pages,
            isClosed: stream.withLock { $0.isClosed })
    }

    private func segmentBytes() throws -> UInt64 {
        try volume.list("segments").reduce(0) { sum, name in
            sum + (try volume.open("segments/\(name)", create: .never).size)
        }
    }

    private var segmentNames: [String] {
        get throws { try volume.list("segments").filter { $0.hasSuffix(".segment") } }
    }

    /// Streams of several shapes over so many segments; their names.
    @discardableResult
    private func fill(_ test: TestLog, rounds: Int) throws -> [String] {
        for round in 0..<rounds {
            for index in 0..<10 where round % (index % 4 + 1) == 0 {
                let stream = try test.find("s\(index)") ?? test.create("s\(index)")
                guard !stream.withLock({ $0.isClosed }) else { continue }
                let separator: UInt8? = index % 2 == 0 ? 44 : nil
                let records = (0..<(index * 7 + 1)).map { pattern($0 * 13 % 500, seed: round) }
                try test.append(records, to: stream, separator: separator)
                if index == 3 { try test.append([pattern(400_000)], to: stream) }
                if index == 5, round == 4 {
                    try test.append([pattern(1)], to: stream, separator: separator, closes: true)
                }
            }
            try test.log.settle()
        }
        return (0..<10).map { "s\($0)" }
    }

    @Test func mergedSegmentsHoldWhatTheyHeldBefore() throws {
        let test = try open()
        let names = try fill(test, rounds: 9)
        try test.append([pattern(33)], to: #require(test.find("s1")))
        let before = try names.map { try contents(test, $0) }
        let report = try test.log.compact()
        #expect(report.merges == 1 && report.segmentsBefore == 10)
        #expect(report.bytesAfter < report.bytesBefore)
        #expect(try segmentNames.count == 1)
        #expect(try names.map { try contents(test, $0) } == before)
        #expect(try #require(test.find("s3")).withLock { $0.runs.count } == 1)
        // And there is no more to do.
        #expect(try test.log.compact() == CompactionReport())
        test.log.close()
        let report2 = try LogVerifier.verify(volume: volume)
        #expect(report2.damages == [])
        #expect(report2.segmentCount == 1)
        let again = try open(seed: 2)
        #expect(try names.map { try contents(again, $0) } == before)
        for name in names {
            let stream = try #require(again.find(name))
            #expect(try again.log.verify(stream).hash == again.head(stream))
            try again.append([], to: again.create("x" + name))
        }
        again.log.close()
    }

    @Test func aLostCatalogIsMadeAgainFromMergedSegments() throws {
        let test = try open()
        let names = try fill(test, rounds: 5)
        try test.delete(#require(test.find("s7")))
        try test.log.compact()
        try test.append([pattern(20)], to: #require(test.find("s2")))
        try test.delete(#require(test.find("s8")))
        try test.log.settle()
        let before = try names.map { try contents(test, $0) }
        test.log.close()
        try indexes.destroy("catalog")
        let again = try open(seed: 2)
        #expect(try names.map { try contents(again, $0) } == before)
        again.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test func theSpaceOfDeletedStreamsComesBackAndTheyStayDeleted() throws {
        let test = try open()
        let kept = try test.create("kept", [pattern(1000)])
        let gone = try test.create("gone")
        for round in 0..<4 {
            try test.append([pattern(200_000, seed: round)], to: gone)
            try test.log.settle()
        }
        try test.delete(gone)
        try test.log.settle()
        #expect(try segmentBytes() > 800_000)
        let report = try test.log.compact()
        #expect(report.bytesReclaimed > 800_000)
        #expect(try segmentBytes() < 50_000)
        // No older segment mentions it: its tombstone is not needed either.
        let number = try #require(try SegmentDirectory(reading: volume).numbers.first)
        let file = try SegmentFile.open(volume: volume, number: number)
        #expect(file.footer.streamCount == 1)
        test.log.close()
        try indexes.destroy("catalog")
        let again = try open(seed: 2)
        #expect(again.find("gone") == nil)
        #expect(try again.bytes(of: #require(again.find("kept"))) == pattern(1000))
        #expect(again.tail(try #require(again.find("kept"))) == test.tail(kept))
        again.log.close()
    }

    @Test func aTombstoneStaysWhileAnOlderSegmentTellsOfItsStream() throws {
        let test = try open()
        let stream = try test.create("a", [pattern(100)])
        try test.log.settle()
        try test.create("b")
        try test.log.settle()
        try test.delete(stream)
        try test.log.settle()
        // Only the two newer ones are merged.
        _ = try test.log.settler.merge([2, 3])
        test.log.close()
        try indexes.destroy("catalog")
        let again = try open(seed: 2)
        #expect(again.find("a") == nil && again.find("b") != nil)
        again.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test func aStreamThatALaterSegmentDeletesLeavesOnlyItsPlace() throws {
        let test = try open()
        let stream = try test.create("a", [pattern(100_000)])
        try test.log.settle()
        try test.append([pattern(100_000, seed: 1)], to: stream)
        try test.log.settle()
        try test.append([pattern(10, seed: 2)], to: stream)
        try test.log.settle()
        try test.delete(stream)
        try test.log.settle()
        _ = try test.log.settler.merge([1, 2])
        #expect(try segmentBytes() < 60_000)
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        test.log.close()
        try indexes.destroy("catalog")
        let again = try open(seed: 2)
        #expect(again.find("a") == nil)
        again.log.close()
    }

    @Test func whoReadsAlreadyGoesOnAndTheFilesGoAfterwards() throws {
        let test = try open()
        let stream = try test.create("a")
        for round in 0..<3 {
            try test.append([pattern(5000, seed: round)], to: stream)
            try test.log.settle()
        }
        var run: ReadRun? = try test.log.read(
            stream, from: .start, maxBytes: 1 << 20, through: test.log.durable, blocking: true)
        let pin = test.log.pinFiles()
        try test.log.compact()
        #expect(try segmentNames.count == 4)
        #expect(
            try test.copy(#require(run)) == (0..<3).flatMap { pattern(5000, seed: $0) })
        run = nil
        #expect(try test.bytes(of: stream).count == 15_000)
        try test.log.compact()
        #expect(try segmentNames.count == 4)
        pin.release()
        try test.log.compact()
        #expect(try segmentNames.count == 1)
        test.log.close()
    }

    @Test func forksReadOnThroughMergedSources() throws {
        let test = try open()
        let source = try test.create("source")
        for round in 0..<4 {
            try test.append((0..<30).map { pattern(50 + $0, seed: round) }, to: source)
            try test.log.settle()
        }
        let fork = try test.fork(source, "fork")
        try test.append([pattern(77)], to: fork)
        try test.log.settle()
        try test.delete(source)
        try test.log.settle()
        let before = try test.bytes(of: fork)
        try test.log.compact()
        #expect(try test.bytes(of: fork) == before)
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        try indexes.destroy("catalog")
        let again = try open(seed: 2)
        let found = try #require(again.find("fork"))
        #expect(try again.bytes(of: found) == before)
        // With the fork the source goes, and with a merge its bytes.
        try again.delete(found)
        try again.log.compact()
        #expect(try segmentBytes() < 20_000)
        again.log.close()
    }

    @Test(arguments: [WorkerMode.stepped, .threads])
    func segmentsAreMergedByThemselves(_ workers: WorkerMode) throws {
        let test = try open(merges: true, workers: workers)
        let names = try fill(test, rounds: 20)
        let before = try names.map { try contents(test, $0) }
        try test.log.compact()
        #expect(test.log.settlingStatistics.now.merges >= 2)
        #expect(try names.map { try contents(test, $0) } == before)
        test.log.close()
        #expect(try segmentNames.count <= 2)
    }

    @Test(.timeLimit(.minutes(30))) func closingEndsAMergeThatKeepsItsPace() throws {
        var options = LogOptions.small
        options.workers = .threads
        options.fileBytes = 8 << 20
        options.mergesSegments = false
        // The least there is: merging waits most of its time.
        options.mergeBytesPerSecond = 1 << 20
        let test = try TestLog(volume, indexes: indexes, options: options)
        let names = try fill(test, rounds: 9)
        let before = try names.map { try contents(test, $0) }
        let log = test.log
        let compaction = try NamedThread.start(name: "compaction") {
            do throws(LogError) {
                _ = try log.compact()
                Issue.record("it came to its end: the pace is not kept")
            } catch {
                #expect(error == .closed)
            }
        }
        while try !volume.list("segments").contains(where: { !$0.hasSuffix(".segment") }) {
            sched_yield()
        }
        log.close()
        compaction.join()
        #expect(try segmentNames.count >= 8)
        let again = try open(seed: 2)
        #expect(try names.map { try contents(again, $0) } == before)
        again.log.close()
    }

    @Test func aMergeThatFailsChangesNothing() throws {
        let test = try open()
        let names = try fill(test, rounds: 3)
        let before = try names.map { try contents(test, $0) }
        let damaged = try volume.open("segments/00000000000000000002.segment", create: .never)
        let size = damaged.size
        try pattern(64, seed: 5).withUnsafeBytes { try damaged.write($0, at: size / 2) }
        #expect(throws: LogError.self) { try test.log.compact() }
        #expect(try segmentNames.count == 3)
        #expect(try volume.list("segments").count == 3)
        try test.append([pattern(1)], to: #require(test.find("s9")))
        try test.log.settle()
        #expect(try contents(test, "s0")?.head == before[0]?.head)
        test.log.close()
    }
}
