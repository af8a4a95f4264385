import Testing
import VarveIndex
import VarveStorage

@testable import VarveLog

/// Trims and merges of some of the segments, in orders that leave gaps and empty runs behind.
@Suite struct MergedTrimTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(seed: UInt64 = 1) throws -> TestLog {
        var options = LogOptions.small
        options.mergesSegments = false
        return try TestLog(volume, indexes: indexes, options: options, seed: seed)
    }

    /// A stream of `count` segments with one record of 100 bytes in each.
    private func fill(_ test: TestLog, _ count: Int) throws -> LogStream {
        let stream = try test.create("a")
        for round in 0..<count {
            try test.append([pattern(100, seed: round)], to: stream)
            try test.log.settle()
        }
        return stream
    }

    private func place(_ record: UInt64) -> StreamPosition {
        StreamPosition(record: record, byte: record * 100)
    }

    /// The log is proven, online and offline, with its catalog and with one that is made again, and
    /// can be merged into one segment.
    private func check(_ test: TestLog, from start: StreamPosition) throws {
        let stream = try #require(test.find("a"))
        let (head, bytes) = (test.head(stream), try test.bytes(of: stream, from: start))
        #expect(try test.log.verify(stream).hash == head)
        test.log.close()
        for isRebuilt in [false, true] {
            if isRebuilt { try indexes.destroy("catalog") }
            #expect(try LogVerifier.verify(volume: volume).damages == [])
            let again = try open(seed: isRebuilt ? 3 : 2)
            let found = try #require(again.find("a"))
            #expect(try again.log.verify(found).hash == head)
            #expect(try again.bytes(of: found, from: start) == bytes)
            if isRebuilt {
                try again.log.compact()
                #expect(try again.log.verify(found).hash == head)
            }
            again.log.close()
        }
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test func aMergeMayLeaveAGapBehindWhatAnOlderSegmentStillHas() throws {
        let test = try open()
        let stream = try fill(test, 4)
        try test.log.trim(stream, before: place(3))
        try test.log.settle()
        // The first segment keeps its record; the second and the third lose theirs.
        _ = try test.log.settler.merge([2, 3])
        _ = try test.log.settler.merge([4, 5])
        try check(test, from: place(3))
    }

    @Test func anEmptyStreamThatWasTrimmedLaterIsMerged() throws {
        let test = try open()
        let stream = try test.create("a")
        try test.create("other", [pattern(5)])
        try test.log.settle()
        try test.append([pattern(100), pattern(100)], to: stream)
        try test.log.trim(stream, before: place(1))
        try test.log.settle()
        _ = try test.log.settler.merge([1])
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        try check(test, from: place(1))
    }

    @Test func anEmptyStreamThatIsGoneLaterIsMerged() throws {
        let test = try open()
        let stream = try test.create("gone")
        try test.create("a", [pattern(100)])
        try test.log.settle()
        try test.append([pattern(10)], to: stream)
        try test.log.settle()
        try test.delete(stream)
        try test.log.settle()
        _ = try test.log.settler.merge([1])
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        try check(test, from: .start)
    }

    @Test func runsThatBeginAtOneRecordKeepTheOrderOfTheLog() throws {
        let test = try open()
        let stream = try fill(test, 3)
        // Two trims behind the same record, then the record: three runs with one beginning.
        for record in [2, 3] as [UInt64] {
            try test.log.trim(stream, before: place(record))
            try test.log.settle()
        }
        try test.append([pattern(100)], to: stream)
        try test.log.settle()
        // The first of the three gets the highest number.
        _ = try test.log.settler.merge([3, 4])
        try check(test, from: place(3))
    }

    @Test func aGapThatReachesToTheEndOfAForkedStreamIsMerged() throws {
        let test = try open()
        let stream = try fill(test, 3)
        try test.log.trim(stream, before: place(3))
        try test.log.settle()
        // The first segment keeps its record; of the next two nothing is left.
        _ = try test.log.settler.merge([2, 3])
        // The fork holds what its source shows, and nothing before it.
        _ = try test.fork(stream, "fork")
        try test.log.settle()
        _ = try test.log.settler.merge([1, 5])
        try check(test, from: place(3))
    }

    @Test func aRunThatBeginsBehindATrimOfItsOwnPlaceIsProven() throws {
        let test = try open()
        let stream = try fill(test, 1)
        // The second trim begins at the second record's end, where the first one already lies.
        try test.append([pattern(100)], to: stream)
        try test.log.trim(stream, before: place(1))
        try test.log.settle()
        try test.log.trim(stream, before: place(2))
        try test.log.settle()
        try test.append([pattern(100)], to: stream)
        try test.log.trim(stream, before: place(3))
        try test.log.settle()
        // What the first two held is gone; the third keeps its trim.
        _ = try test.log.settler.merge([1, 2])
        _ = try test.log.settler.merge([3])
        _ = try test.log.settler.merge([5, 6])
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        try check(test, from: place(3))
    }

    @Test func ofTwoMergesOfTheSameSegmentsTheLaterOneCounts() throws {
        let disk = MemoryVolume()
        let first = SegmentName(number: 1).path
        let test = try TestLog(disk, indexes: indexes, options: .small)
        let stream = try test.create("a", [pattern(100), pattern(100)])
        try test.log.settle()
        let older = try disk.open(first, create: .never)
        var bytes = [UInt8](repeating: 0, count: Int(older.size))
        try bytes.withUnsafeMutableBytes { try older.read(at: 0, into: $0) }
        _ = try test.log.settler.merge([1])
        try test.log.trim(stream, before: place(1))
        test.log.close()
        // The removal of the first one was lost, and the catalog with it.
        let copy = try disk.open(first, create: .exclusive)
        _ = try bytes.withUnsafeBytes { try copy.append($0) }
        try indexes.destroy("catalog")
        let again = try TestLog(disk, indexes: indexes, options: .small, seed: 2)
        #expect(try !disk.list("segments").contains { first.hasSuffix($0) })
        #expect(try again.bytes(of: #require(again.find("a")), from: place(1)) == pattern(100))
        again.log.close()
    }
}
