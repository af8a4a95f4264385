import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite("Trimming a stream")
struct TrimTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(seed: UInt64 = 1) throws -> TestLog {
        try TestLog(volume, indexes: indexes, seed: seed)
    }

    /// A log with a stream of ten records of 100 bytes, and the borders between them.
    private func tenRecords(
        _ test: TestLog, settledAfter settled: Int = 0
    ) throws -> (LogStream, [StreamPosition]) {
        let stream = try test.create("a")
        var borders = [StreamPosition.start]
        for index in 0..<10 {
            try test.append([pattern(100, seed: index)], to: stream)
            borders.append(test.tail(stream))
            if index + 1 == settled { try test.log.settle() }
        }
        return (stream, borders)
    }

    @Test("readers begin at the trim, and what lies before is refused by name")
    func readsBeginAtTheTrim() throws {
        let test = try open()
        let (stream, borders) = try tenRecords(test, settledAfter: 5)
        for trim in [3, 5, 7, 10] {
            let before = test.head(stream)
            try test.log.trim(stream, before: borders[trim])
            #expect(test.head(stream) != before)
            #expect(test.tail(stream) == borders[10])
            for (index, border) in borders.enumerated() {
                if index < trim {
                    #expect(throws: LogError.trimmed(earliest: borders[trim])) {
                        try test.bytes(of: stream, from: border)
                    }
                } else {
                    #expect(try test.bytes(of: stream, from: border).count == 100 * (10 - index))
                }
            }
            let page = try test.log.read(stream, check: .genesis)
            #expect(page.records.filter { $0.kind == .data }.count == 10 - trim)
            #expect(try test.log.verify(stream).hash == test.head(stream))
        }
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).isClean)
    }

    @Test("a trim to where the stream begins already, or before that, changes nothing")
    func idempotent() throws {
        let test = try open()
        let (stream, borders) = try tenRecords(test)
        let first = try test.log.trim(stream, before: .start)
        let lsn = try test.log.trim(stream, before: borders[6])
        #expect(lsn > first)
        let head = test.head(stream)
        for index in [0, 3, 6] {
            #expect(try test.log.trim(stream, before: borders[index]) == lsn)
            #expect(test.head(stream) == head)
        }
        test.log.close()
    }

    @Test("only a border between records within the stream is a place to trim at")
    func refusals() throws {
        let test = try open()
        let (stream, borders) = try tenRecords(test, settledAfter: 5)
        let tail = borders[10]
        for beyond in [
            StreamPosition(record: 11, byte: 1100), StreamPosition(record: 10, byte: 1001),
        ] {
            #expect(throws: LogError.offTheEnd(position: beyond, tail: tail)) {
                try test.log.trim(stream, before: beyond)
            }
        }
        for inside in [(2, 250), (7, 750), (9, 1000), (10, 900), (2, 300)] as [(UInt64, UInt64)] {
            let place = StreamPosition(record: inside.0, byte: inside.1)
            #expect(throws: LogError.notABoundary(position: place), "\(place)") {
                try test.log.trim(stream, before: place)
            }
        }
        #expect(stream.withLock { $0.visible } == nil)
        try test.delete(stream)
        #expect(throws: LogError.unknownStream) { try test.log.trim(stream, before: borders[1]) }
        test.log.close()
    }

    @Test("a closed stream can be trimmed and stays closed")
    func closed() throws {
        let test = try open()
        let (stream, borders) = try tenRecords(test)
        try test.log.closeStream(stream)
        try test.log.settle()
        try test.log.trim(stream, before: borders[10])
        #expect(throws: LogError.streamClosed) { try test.append([[1]], to: stream) }
        #expect(try test.log.verify(stream).hash == test.head(stream))
        test.log.close()
        let report = try LogVerifier.verify(volume: volume)
        #expect(report.isClean)
        #expect(report.streams.first?.isClosed == true)
        #expect(report.streams.first?.visibleStart == borders[10])
        #expect(report.lines[0].contains("trimmed at \(borders[10])"))
        let again = try open(seed: 2)
        let found = try #require(again.find("a"))
        #expect(found.withLock { $0.isClosed })
        #expect(throws: LogError.trimmed(earliest: borders[10])) {
            try again.log.read(found, from: borders[9])
        }
        again.log.close()
    }

    @Test(
        "where a stream begins outlives reopening, settling, and a lost catalog",
        arguments: [(0, false), (4, false), (10, false), (0, true), (4, true), (10, true)])
    func reopening(_ settled: Int, _ settlesTrim: Bool) throws {
        let test = try open()
        let (stream, borders) = try tenRecords(test, settledAfter: settled)
        try test.log.trim(stream, before: borders[3])
        try test.log.trim(stream, before: borders[8])
        if settlesTrim { try test.log.settle() }
        try test.append([pattern(7)], to: stream)
        let head = test.head(stream)
        let visible = stream.withLock { $0.visible }
        test.log.close()
        for round in 0..<4 {
            let again = try open(seed: UInt64(round) + 2)
            let found = try #require(again.find("a"))
            #expect(again.head(found) == head)
            #expect(found.withLock { $0.visible } == visible)
            #expect(visible?.position == borders[8])
            #expect(throws: LogError.trimmed(earliest: borders[8])) {
                try again.bytes(of: found, from: borders[7])
            }
            #expect(try again.bytes(of: found, from: borders[8]).count == 207)
            #expect(try again.log.verify(found).hash == head)
            if round == 1 { try again.log.settle() }
            again.log.close()
            #expect(try LogVerifier.verify(volume: volume).isClean)
            if round == 2, settlesTrim { try indexes.destroy("catalog") }
        }
    }

    @Test("a read waits for a trim that is not durable yet, and so does its refusal")
    func pendingTrim() throws {
        var options = LogOptions.small
        options.workers = .stepped
        let test = try TestLog(volume, options: options)
        let (stream, borders) = try tenRecords(test)
        let visible = try #require(
            try test.log.trimPoint(of: stream, at: borders[4], blocking: true))
        let lsn = try #require(
            try test.log.withNamespace { space in
                try stream.withLock { state in
                    try space.trim(
                        stream, Mutation(visible: visible, wallMilliseconds: 1), on: &state)
                }
            })
        #expect(lsn > test.log.durable)
        #expect(stream.withLock { $0.structuralLSN } == lsn)
        #expect(throws: LogError.trimmed(earliest: borders[4])) {
            try test.log.read(stream, from: .start)
        }
        #expect(lsn <= test.log.durable)
        test.log.close()
    }

    @Test("the chain tells a shortened stream from a whole one of the same records")
    func shortenedIsNotWhole() throws {
        let test = try open()
        let (stream, borders) = try tenRecords(test)
        let whole = test.head(stream)
        try test.log.trim(stream, before: borders[5])
        let visible = try #require(stream.withLock { $0.visible })
        // From the recorded head through what is left, and the trim, to the head.
        var head = visible.head
        for index in 5..<10 {
            let payload = pattern(100, seed: index).withUnsafeBytes { SHA256Hasher.hash($0) }
            head = Chain.head(
                after: head, incarnation: stream.incarnation, record: UInt64(index), kind: .data,
                length: 100, payload: payload)
        }
        #expect(head == whole)
        let leaf = visible.leaf(of: stream.incarnation, record: 10)
        #expect(test.head(stream) == Chain.head(after: head, leaf: leaf))
        test.log.close()
    }

    @Test("a trim's frame has the place where the page on the format says")
    func frameBytes() throws {
        let test = try open()
        let (stream, borders) = try tenRecords(test)
        try test.log.trim(stream, before: borders[2])
        let visible = try #require(stream.withLock { $0.visible })
        test.log.abandon()
        let image = try VolumeImage(of: volume)
        let last = try #require(image.frames().last)
        let bytes = try #require(image.files[last.path])
        let frame = Array(bytes[last.byte..<last.byte + Int(last.header.frameBytes)])
        #expect(frame.count == 104 + 48 + 4 + 12)
        #expect(frame[32] == 2 && frame[33] == 3)
        #expect(frame[104..<120] == [2, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0])
        let head = frame[120..<152].withUnsafeBytes {
            ChainHash(loadingFrom: $0.baseAddress.unsafelyUnwrapped)
        }
        #expect(head == visible.head)
        #expect(frame[152..<156] == [0, 0, 0, 0x20])
        var text = ""
        try LogInspector.inspect(volume: volume) { text += $0.text + "\n" + $0.json + "\n" }
        #expect(text.contains("trims to \(borders[2])"))
        #expect(text.contains("\"trims_to\":\"\(borders[2])\""))
    }
}
