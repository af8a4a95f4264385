import Testing
import VarveIndex
import VarveStorage

@testable import VarveLog

@Suite("Checkpoints") struct CheckpointTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(_ policy: CheckpointPolicy, seed: UInt64 = 1) throws -> TestLog {
        var options = LogOptions.small
        options.settlesWhenClosed = true
        options.checkpoints = policy
        return try TestLog(volume, indexes: indexes, options: options, seed: seed)
    }

    @Test("the policy makes them at N, however the records came, and when the log is closed")
    func everyN() throws {
        var test = try open(.every(records: 10))
        var stream = try test.create("a")
        for _ in 0..<5 { try test.append([pattern(3)], to: stream) }
        for _ in 0..<3 { try test.append((0..<9).map { pattern($0) }, to: stream) }
        try test.append((0..<63).map { pattern($0) }, to: stream)
        #expect(try test.log.lastCheckpoint(of: stream) == nil)
        #expect(test.log.segments(of: stream) == [])
        let (tail, head) = (test.tail(stream), test.head(stream))
        test.log.close()
        test = try open(.every(records: 10), seed: 2)
        stream = try #require(test.find("a"))
        let last = try #require(try test.log.lastCheckpoint(of: stream))
        #expect(last == StreamCheckpoint(position: tail, head: head))
        let segment = try #require(test.log.segments(of: stream).first)
        #expect(segment.start == .start && segment.end == tail)
        #expect(segment.storedBytes == tail.byte)
        let run = stream.withLock { $0.runs[0] }
        let file = try SegmentFile.open(volume: volume, number: run.segment)
        var before: UInt64 = 0
        for index in 0..<run.checkpointCount {
            let place = try file.checkpoint(run, at: index).position.record
            #expect(place - before <= 10)
            before = place
        }
        #expect(tail.record - before <= 10)
        #expect(segment.checkpointCount == run.checkpointCount && run.checkpointCount >= 10)
        #expect(try test.log.verification(of: stream).reached.head == head)
        // The records since are behind it.
        try test.append([pattern(4)], to: stream)
        #expect(try test.log.lastCheckpoint(of: stream) == last)
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).isClean)
    }

    @Test("on shutdown there is one at the tail; explicitly only where it is asked for")
    func others() throws {
        var test = try open(.explicit)
        var stream = try test.create("a", [pattern(5)])
        try test.log.settle()
        let asked = try test.log.lastCheckpoint(of: stream)
        #expect(asked?.position == test.tail(stream))
        try test.append([pattern(6)], to: stream)
        test.log.close()
        test = try open(.onShutdown, seed: 2)
        stream = try #require(test.find("a"))
        #expect(try test.log.lastCheckpoint(of: stream) == asked)
        test.log.close()
        test = try open(.onShutdown, seed: 3)
        stream = try #require(test.find("a"))
        #expect(try test.log.lastCheckpoint(of: stream)?.position == test.tail(stream))
        #expect(test.log.segments(of: stream).map(\.checkpointCount) == [1, 1])
        test.log.close()
    }

    @Test("a spacing that the format does not have is refused by its name", arguments: [0, 1001])
    func limits(_ records: Int) {
        let error = LogError.limitExceeded(
            name: "records between checkpoints", limit: 1000, actual: records)
        #expect(throws: error) { _ = try open(.every(records: records)) }
    }
}
