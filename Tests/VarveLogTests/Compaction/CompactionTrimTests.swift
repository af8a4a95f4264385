import Testing
import VarveIndex
import VarveStorage

@testable import VarveLog

@Suite struct CompactionTrimTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(seed: UInt64 = 1) throws -> TestLog {
        var options = LogOptions.small
        options.mergesSegments = false
        options.fileBytes = 8 << 20
        return try TestLog(volume, indexes: indexes, options: options, seed: seed)
    }

    private func segmentBytes() throws -> UInt64 {
        try volume.list("segments").reduce(0) { sum, name in
            sum + (try volume.open("segments/\(name)", create: .never).size)
        }
    }

    /// A stream of five segments with 40 records of 1000 bytes in each.
    private func fill(_ test: TestLog) throws -> LogStream {
        let stream = try test.create("a")
        for round in 0..<5 {
            for index in 0..<4 {
                let records = (0..<10).map { pattern(1000, seed: round * 50 + index * 10 + $0) }
                try test.append(records, to: stream)
            }
            try test.log.settle()
        }
        return stream
    }

    @Test(arguments: [1, 39, 40, 41, 125, 199, 200])
    func whatWasTrimmedIsFreedAndTheRestStaysProven(_ record: UInt64) throws {
        let test = try open()
        let stream = try fill(test)
        let position = StreamPosition(record: record, byte: record * 1000)
        let expected = Array(try test.bytes(of: stream).dropFirst(Int(record) * 1000))
        try test.log.trim(stream, before: position)
        try test.append([pattern(500)], to: stream)
        try test.log.compact()
        #expect(try segmentBytes() < (200 - record) * 1000 + 30_000)
        #expect(try test.bytes(of: stream, from: position) == expected + pattern(500))
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        let head = test.head(stream)
        test.log.close()
        try indexes.destroy("catalog")
        let again = try open(seed: 2)
        let found = try #require(again.find("a"))
        #expect(again.head(found) == head)
        #expect(try again.bytes(of: found, from: position) == expected + pattern(500))
        try again.append([pattern(3)], to: found)
        again.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test func olderSegmentsLoseWhatALaterTrimHidesBeforeTheyAreMergedWithIt() throws {
        let test = try open()
        let stream = try fill(test)
        try test.log.trim(stream, before: StreamPosition(record: 130, byte: 130_000))
        try test.log.settle()
        // The third one begins behind what the first two hold, and ends before the visible start.
        _ = try test.log.settler.merge([2, 3])
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        _ = try test.log.settler.merge([1, 7])
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        #expect(try segmentBytes() < 120_000)
        let start = StreamPosition(record: 130, byte: 130_000)
        #expect(try test.bytes(of: stream, from: start).count == 70_000)
        try test.log.compact()
        #expect(try test.bytes(of: stream, from: start).count == 70_000)
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test func aForkKeepsWhatItsSourceHides() throws {
        let test = try open()
        let stream = try fill(test)
        let fork = try test.fork(stream, "fork", at: StreamPosition(record: 50, byte: 50_000))
        let before = try test.bytes(of: fork)
        try test.log.trim(stream, before: StreamPosition(record: 150, byte: 150_000))
        try test.log.compact()
        #expect(try test.bytes(of: fork) == before)
        try test.delete(fork)
        try test.log.settle()
        try test.append([pattern(10)], to: stream)
        try test.log.compact()
        #expect(try segmentBytes() < 80_000)
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test func aSegmentAloneLosesWhatOnlyAForkKeptOnceTheForkIsGone() throws {
        var options = LogOptions.small
        options.mergesSegments = false
        options.fileBytes = 8 << 20
        // No two segments are merged.
        options.mergeBytesMax = 1
        let test = try TestLog(volume, indexes: indexes, options: options)
        let stream = try fill(test)
        let fork = try test.fork(stream, "fork")
        try test.log.trim(stream, before: test.tail(stream))
        let kept = try test.bytes(of: fork)
        // The fork reads all of it: there is nothing to drop, and nothing is written again for it.
        #expect(try test.log.compact() == CompactionReport())
        #expect(try test.bytes(of: fork) == kept)
        #expect(try segmentBytes() > 200_000)
        try test.delete(fork)
        let report = try test.log.compact()
        #expect(report.merges == 5 && report.bytesReclaimed > 190_000)
        #expect(try segmentBytes() < 100_000)
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        #expect(try test.log.compact() == CompactionReport())
        let head = test.head(stream)
        test.log.close()
        try indexes.destroy("catalog")
        let again = try open(seed: 2)
        #expect(again.find("fork") == nil)
        #expect(again.head(try #require(again.find("a"))) == head)
        again.log.close()
    }

    @Test func oneOfTwoForksKeepsWhatBothRead() throws {
        let test = try open()
        let stream = try fill(test)
        let forks = [try test.fork(stream, "first"), try test.fork(stream, "second")]
        try test.log.trim(stream, before: test.tail(stream))
        try test.log.compact()
        try test.delete(forks[0])
        try test.log.settle()
        #expect(try test.log.settler.segments().allSatisfy { $0.deadBytes == 0 })
        // Trim, the last fork's end and a new fork's beginning in one settling.
        try test.append([pattern(1000)], to: stream)
        try test.log.trim(stream, before: test.tail(stream))
        try test.delete(forks[1])
        let third = try test.fork(stream, "third")
        try test.log.settle()
        #expect(try test.log.settler.segments().allSatisfy { $0.deadBytes == 0 })
        try test.delete(third)
        try test.log.settle()
        #expect(try test.log.settler.segments().contains { $0.deadBytes > 200_000 })
        try test.log.compact()
        #expect(try segmentBytes() < 20_000)
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }
}
