import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct ReadTests {
    @Test func readingAtTheTailIsEmptyAndBeyondItIsAnError() throws {
        let test = try TestLog(MemoryVolume())
        let stream = try test.create("s", [pattern(10)])
        try test.append([pattern(5)], to: stream)
        let tail = test.tail(stream)
        let run = try test.log.read(stream, from: tail, maxBytes: 10, through: test.log.durable)
        #expect(run.reachesTail && run.byteCount == 0 && run.end == tail)
        let beyond = StreamPosition(record: 3, byte: 15)
        #expect(throws: LogError.offTheEnd(position: beyond, tail: tail)) {
            try test.log.read(stream, from: beyond, maxBytes: 10, through: test.log.durable)
        }
    }

    @Test func everyPositionThatIsNoRecordBoundaryIsRefused() throws {
        let test = try TestLog(MemoryVolume())
        let stream = try test.create("s", [pattern(3), [], pattern(2)])
        try test.append([pattern(4)], to: stream)
        let boundaries: Set<StreamPosition> = [
            .init(record: 0, byte: 0), .init(record: 1, byte: 3), .init(record: 2, byte: 3),
            .init(record: 3, byte: 5), .init(record: 4, byte: 9),
        ]
        for record in UInt64(0)...4 {
            for byte in UInt64(0)...9 {
                let position = StreamPosition(record: record, byte: byte)
                let run = try? test.log.read(
                    stream, from: position, maxBytes: 100, through: test.log.durable)
                #expect((run != nil) == boundaries.contains(position), "\(position)")
            }
        }
    }

    @Test func randomReadsAgreeWithAPlainArrayWhereverTheBytesLie() throws {
        // A window of one block: most reads go to the files.
        var options = LogOptions.small
        options.windowBytes = 1
        let random = SeededRandom(seed: 77)
        let test = try TestLog(MemoryVolume(), options: options)
        let stream = try test.create("s")
        let noise = try test.create("noise")
        var records: [[UInt8]] = []
        var boundaries = [StreamPosition.start]
        for step in 0..<120 {
            let batch = (0..<random.next(below: 5) + 1).map { _ in
                pattern(random.next(below: step % 20 == 0 ? 300_000 : 2000), seed: step)
            }
            try patiently { try test.append(batch, to: stream, separator: 10) }
            try patiently { try test.append([pattern(random.next(below: 9000))], to: noise) }
            for record in batch {
                records.append(record + [10])
                boundaries.append(
                    StreamPosition(
                        record: UInt64(records.count),
                        byte: boundaries[boundaries.count - 1].byte + UInt64(record.count) + 1))
            }
        }
        stream.withLock { $0.checkInvariants() }
        let all = Array(records.joined())
        for _ in 0..<400 {
            let first = random.next(below: boundaries.count)
            let limit = random.next(below: 3) == 0 ? random.next(below: 2_000_000) : 5000
            let run = try test.log.read(
                stream, from: boundaries[first], maxBytes: limit, through: test.log.durable,
                blocking: true)
            #expect(boundaries.contains(run.end))
            #expect(run.reachesTail == (run.end == boundaries.last))
            #expect(run.end > run.start || run.reachesTail)
            #expect(
                run.byteCount <= limit
                    || run.end.record == run.start.record + 1)
            let bytes = try test.copy(run)
            #expect(bytes == Array(all[Int(run.start.byte)..<Int(run.end.byte)]))
            try expectSmallReadAgrees(test, stream, run, all)
        }
    }

    private func expectSmallReadAgrees(
        _ test: TestLog, _ stream: LogStream, _ run: ReadRun, _ all: [UInt8]
    ) throws {
        var page = [UInt8](repeating: 0, count: 65536)
        let small = page.withUnsafeMutableBytes {
            test.log.readSmall(
                stream, from: run.start, maxBytes: 65536, through: test.log.durable, into: $0)
        }
        guard let small else { return }
        #expect(small.reachesTail)
        #expect(page[..<small.byteCount] == all[Int(small.start.byte)..<Int(small.end.byte)])
    }

    @Test func smallReadsOfWholeAppendsInMemoryNeedNoSecondLook() throws {
        let test = try TestLog(MemoryVolume())
        let stream = try test.create("s")
        try test.append([pattern(100)], to: stream)
        let middle = test.tail(stream)
        try test.append([pattern(50), pattern(6)], to: stream)
        var page = [UInt8](repeating: 0, count: 200)
        let read = page.withUnsafeMutableBytes {
            test.log.readSmall(
                stream, from: middle, maxBytes: 200, through: test.log.durable, into: $0)
        }
        #expect(read?.byteCount == 56)
        #expect(Array(page[..<56]) == pattern(50) + pattern(6))
    }

    @Test func pinnedMemoryStaysReadableWhileTheWindowMovesOn() throws {
        var options = LogOptions.small
        options.windowBytes = 1
        let test = try TestLog(MemoryVolume(), options: options)
        let stream = try test.create("s", [pattern(50_000)])
        try test.log.waitUntilDurable(stream.withLock { $0.lastLSN })
        let run = try test.log.read(
            stream, from: .start, maxBytes: 1 << 20, through: test.log.durable)
        let slices = try #require(try run.slices)
        for step in 0..<60 {
            try patiently { try test.append([pattern(100_000, seed: step)], to: stream) }
        }
        guard case .memory(_, let bytes) = try #require(slices.first) else {
            Issue.record("the newest bytes are in memory")
            return
        }
        #expect(Array(bytes) == pattern(50_000))
        let later = try test.log.read(
            stream, from: .start, maxBytes: 1, through: test.log.durable, blocking: true)
        #expect(try later.slices?.count == nil, "the oldest bytes have left memory")
        #expect(try test.copy(later) == pattern(50_000))
    }

    @Test func readersSeeOnlyWhatIsDurable() throws {
        let test = try TestLog(MemoryVolume())
        let stream = try test.create("s", [pattern(10)])
        try test.log.waitUntilDurable(stream.withLock { $0.lastLSN })
        let tail = test.tail(stream)
        // Staged and not committed: nobody has asked for it.
        let lsn = try test.stage([pattern(7)], to: stream)
        let run = try test.log.read(stream, from: .start, maxBytes: 99, through: test.log.durable)
        #expect(run.end == tail && run.reachesTail)
        #expect(stream.withLock { $0.durableTail(at: test.log.durable) } == tail)
        try test.log.waitUntilDurable(lsn)
        let after = try test.log.read(stream, from: .start, maxBytes: 99, through: test.log.durable)
        #expect(after.byteCount == 17)
    }

    @Test func verifiedPagesGiveTheSameRecordsAsPlainOnesAndTheStreamsHead() throws {
        let test = try TestLog(MemoryVolume())
        let stream = try test.create("s")
        for step in 0..<30 {
            try test.append(
                [pattern(step * 31, seed: step), [], pattern(step % 4 == 0 ? 270_000 : 3)],
                to: stream, separator: step % 2 == 0 ? 44 : nil)
        }
        for limit in [1, 5000, 400_000] {
            var position = StreamPosition.start
            var last: ChainHash?
            var count = 0
            while true {
                let plain = try test.log.read(stream, from: position, maxBytes: limit)
                let near = try test.log.read(
                    stream, from: position, maxBytes: limit, check: .nearest)
                #expect(plain.records.map(\.payload) == near.records.map(\.payload))
                #expect(plain.records.map(\.position) == near.records.map(\.position))
                if count % 40 == 0 {
                    let whole = try test.log.read(
                        stream, from: position, maxBytes: limit, check: .genesis)
                    #expect(whole.records == near.records)
                }
                count += plain.records.count
                last = near.records.last?.chainHash ?? last
                position = plain.next
                if plain.reachesTail { break }
            }
            #expect(count == 90)
            #expect(last == test.head(stream))
        }
    }
}

/// Repeats what a busy log refuses.
func patiently(_ body: () throws -> some Any) throws {
    while true {
        do {
            _ = try body()
            return
        } catch LogError.overloaded {
            continue
        }
    }
}
