import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

@Suite struct RedactionTests {
    private static let secret = Array("the name of somebody who wants to be forgotten".utf8)
    private static let why = Array("request 17, by the operator".utf8)

    private static func options(_ workers: WorkerMode = .stepped) -> LogOptions {
        var options = LogOptions.small
        options.workers = workers
        options.mergesSegments = false
        options.fileBytes = 256 << 10
        return options
    }

    /// The files of a directory that have the secret; looks anew when one gets another name
    /// meanwhile.
    private static func filesWithSecret(_ volume: any Volume) throws -> [String] {
        var found: [String] = []
        for directory in ["journal", "segments"] {
            for name in try volume.list(directory) {
                let path = "\(directory)/\(name)"
                do throws(StorageError) {
                    let file = try volume.open(path, create: .never)
                    if try contents(file).firstRange(of: secret) != nil { found.append(path) }
                } catch .notFound {
                    return try filesWithSecret(volume)
                }
            }
        }
        return found
    }

    private static func contents(_ file: any StorageBackend) throws(StorageError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(file.size), alignment: 1)
        defer { buffer.deallocate() }
        try file.read(at: 0, into: buffer)
        return Array(buffer)
    }

    private static func erase(
        _ test: TestLog, _ name: String, record: UInt64, byte: UInt64, count: UInt64 = 1,
        filler: RedactionFiller = .blanks
    ) throws -> RedactionReceipt {
        try test.log.redact(
            #require(test.find(name)), from: StreamPosition(record: record, byte: byte),
            records: count, filler: filler, reason: why)
    }

    @Test("an erased record reads as its filler, at the same offsets, and the chain goes on")
    func erasedRecord() throws {
        for way in 0..<3 {
            let below = MemoryVolume()
            let volume: any Volume =
                way == 1 ? EncryptedVolume(below, key: .forTests) : below
            let test = try TestLog(volume, options: Self.options(way == 2 ? .threads : .stepped))
            let stream = try test.create("s", [pattern(100)])
            try test.append([Self.secret, pattern(50)], to: stream)
            if way == 0 { try test.log.settle() }
            try test.append([pattern(10, seed: 9)], to: stream)
            let head = test.head(stream)
            var receipt = try Self.erase(test, "s", record: 1, byte: 100)
            // A thread of the log may be late; what is erased stays so when that is asked again.
            while way == 2, !receipt.isErased {
                receipt = try Self.erase(test, "s", record: 1, byte: 100)
            }
            #expect(receipt.records == 1 && receipt.isErased)
            let end = StreamPosition(record: 2, byte: 100 + UInt64(Self.secret.count))
            #expect(receipt.end == end)
            let blanks = [UInt8](repeating: 0x20, count: Self.secret.count)
            let expected = pattern(100) + blanks + pattern(50) + pattern(10, seed: 9)
            #expect(try test.bytes(of: stream) == expected)
            #expect(test.head(stream) == head)
            #expect(try test.log.verify(stream).hash == head)
            let found = try test.log.verification(of: stream)
            #expect(found.isClean && found.records == 4 && found.redactedRecords == 1)
            #expect(try Self.filesWithSecret(volume) == [])
            let page = try test.log.read(stream, check: .genesis)
            #expect(page.records.map(\.kind) == [.data, .redacted, .data, .data])
            // The stream goes on.
            try test.append([pattern(5)], to: stream)
            let newHead = test.head(stream)
            test.log.close()
            let report = try LogVerifier.verify(volume: volume)
            #expect(report.damages == [])
            #expect(report.streams[0].head == newHead)
            #expect(report.streams[0].redactedRecords == 1)
            let again = try TestLog(volume, options: Self.options(), seed: 2)
            let reopened = try #require(again.find("s"))
            #expect(try again.bytes(of: reopened) == expected + pattern(5))
            // Merging keeps it.
            try again.log.compact()
            #expect(try again.log.verification(of: reopened).redactedRecords == 1)
            #expect(again.head(reopened) == newHead)
            again.log.close()
        }
    }

    @Test("fillers of JSON are values, and separators stay")
    func jsonFillers() throws {
        let test = try TestLog(MemoryVolume(), options: Self.options())
        let records = [#"{"a":1}"#, "7", "true", "{}", "[1]"].map { Array($0.utf8) }
        let stream = try test.create("s", records, separator: 44)
        let receipt = try Self.erase(test, "s", record: 0, byte: 0, count: 5, filler: .json)
        #expect(receipt.records == 5)
        #expect(
            String(decoding: try test.bytes(of: stream), as: UTF8.self)
                == "null   ,0,null,0 ,0  ,")
        #expect(try test.log.verify(stream).hash == test.head(stream))
        test.log.close()
    }

    @Test("of a record of many pieces the first has the JSON value, and the others are blank")
    func largeJSONFiller() throws {
        var options = Self.options()
        options.fileBytes = 4 << 20
        let test = try TestLog(MemoryVolume(), options: options)
        let large = Array("[\(String(repeating: "1,", count: 200_000))1]".utf8)
        let stream = try test.create("s", [large], separator: 44)
        try test.log.settle()
        _ = try Self.erase(test, "s", record: 0, byte: 0, count: 1, filler: .json)
        let blanks = [UInt8](repeating: 0x20, count: large.count - 4)
        #expect(try test.bytes(of: stream) == Array("null".utf8) + blanks + [44])
        #expect(try test.log.verify(stream).hash == test.head(stream))
        test.log.close()
    }

    @Test("a large record, empty ones, several segments and a closed stream are erased alike")
    func manyShapes() throws {
        for encoding in RunEncoding.allCases {
            let volume = MemoryVolume()
            var options = Self.options()
            options.fileBytes = 4 << 20
            let test = try TestLog(volume, options: options)
            let large = Array(repeatElement(Self.secret, count: 20_000).joined())
            let stream = try test.create("s", [[], large, []], encoding: encoding)
            try test.log.settle()
            try test.append([Self.secret, [], pattern(3)], to: stream)
            try test.log.settle()
            try test.append([Self.secret], to: stream, closes: true)
            let head = test.head(stream)
            let receipt = try Self.erase(
                test, "s", record: 0, byte: 0, count: 7, filler: .zeros)
            #expect(receipt.isErased)
            #expect(receipt.end == test.tail(stream))
            #expect(try test.bytes(of: stream).allSatisfy { $0 == 0 })
            let found = try test.log.verification(of: stream)
            #expect(found.isClean && found.redactedRecords == 7)
            #expect(found.reached.head == head)
            #expect(try Self.filesWithSecret(volume) == [])
            test.log.close()
            let report = try LogVerifier.verify(volume: volume)
            #expect(report.damages == [])
            #expect(report.streams[0].redactedRecords == 7)
        }
    }

    @Test("forks see the filler, and a record of a retired source is erased through its fork")
    func forks() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume, options: Self.options())
        let source = try test.create("source", [pattern(10), Self.secret])
        let fork = try test.fork(source, "fork")
        try test.append([Self.secret, pattern(4)], to: fork)
        let length = UInt64(Self.secret.count)
        _ = try Self.erase(test, "source", record: 1, byte: 10)
        let blanks = [UInt8](repeating: 0x20, count: Self.secret.count)
        #expect(try test.bytes(of: fork) == pattern(10) + blanks + Self.secret + pattern(4))
        try test.delete(source)
        try test.log.waitUntilDurable(test.log.staged)
        // From the source's first record into the fork's own.
        let receipt = try Self.erase(test, "fork", record: 0, byte: 0, count: 3)
        #expect(receipt.end == StreamPosition(record: 3, byte: 10 + 2 * length))
        #expect(
            try test.bytes(of: fork)
                == [UInt8](repeating: 0x20, count: 10 + 2 * Int(length)) + pattern(4))
        #expect(try Self.filesWithSecret(volume) == [])
        #expect(try test.log.verify(fork).hash == test.head(fork))
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test("over a fork, its source and the source's source a redaction is one frame")
    func oneFrame() throws {
        let disk = SimulatedVolume()
        let indexes = SimulatedIndexSource()
        let test = try TestLog(disk, indexes: indexes, options: Self.options())
        let first = try test.create("first", [pattern(10), Self.secret])
        let second = try test.fork(first, "second")
        try test.append([Self.secret], to: first)
        try test.append([Self.secret], to: second)
        let third = try test.fork(second, "third")
        try test.append([Self.secret, pattern(5)], to: third)
        // A fork between them that has nothing of its own.
        let fourth = try test.fork(third, "fourth")
        let fifth = try test.fork(fourth, "fifth")
        try test.append([Self.secret], to: fifth)
        try test.log.settle()
        let staged = test.log.staged
        let heads = [first, second, third, fourth, fifth].map { test.head($0) }
        let receipt = try test.log.redact(
            third, from: StreamPosition(record: 1, byte: 10), records: 3, filler: .blanks,
            reason: Self.why)
        #expect(receipt.lsn == LSN(staged.rawValue + 1))
        let blanks = [UInt8](repeating: 0x20, count: Self.secret.count)
        let inherited = pattern(10) + blanks + blanks + blanks + pattern(5)
        let expected = [
            "first": pattern(10) + blanks + Self.secret, "second": pattern(10) + blanks + blanks,
            "third": inherited, "fourth": inherited, "fifth": inherited + Self.secret,
        ]
        for (name, bytes) in expected {
            #expect(try test.bytes(of: #require(test.find(name))) == bytes, "\(name)")
        }
        let further = try Self.erase(test, "fifth", record: 5, byte: receipt.end.byte + 5)
        #expect(further.records == 1)
        #expect([first, second, third, fourth, fifth].map { test.head($0) } == heads)
        _ = try Self.erase(test, "first", record: 2, byte: 10 + UInt64(Self.secret.count))
        #expect(try Self.filesWithSecret(disk) == [])
        test.log.close()
        #expect(try LogVerifier.verify(volume: disk).damages == [])
    }

    @Test("what is no record of the stream is refused and nothing changes")
    func refusals() throws {
        let test = try TestLog(MemoryVolume(), options: Self.options())
        let stream = try test.create("s", [pattern(10), pattern(10)])
        #expect(throws: LogError.self) { try Self.erase(test, "s", record: 1, byte: 9) }
        #expect(throws: LogError.self) { try Self.erase(test, "s", record: 2, byte: 20) }
        #expect(throws: LogError.self) { try Self.erase(test, "s", record: 1, byte: 10, count: 2) }
        #expect(throws: LogError.self) { try Self.erase(test, "s", record: 0, byte: 0, count: 0) }
        #expect(throws: LogError.self) {
            try test.log.redact(
                stream, from: .start, records: 1, filler: .zeros,
                reason: [UInt8](repeating: 65, count: Redaction.reasonBytesMax + 1))
        }
        try test.log.trim(stream, before: StreamPosition(record: 1, byte: 10))
        #expect(throws: LogError.self) { try Self.erase(test, "s", record: 0, byte: 0) }
        let start = StreamPosition(record: 1, byte: 10)
        #expect(try test.bytes(of: stream, from: start) == pattern(10))
        test.log.close()
    }

    @Test("bytes that a spare or the newest journal file held of earlier uses go too")
    func earlierUses() throws {
        let volume = MemoryVolume()
        var options = Self.options()
        options.fileBytes = 64 << 10
        let test = try TestLog(volume, options: options)
        let stream = try test.create("s")
        let other = try test.create("other")
        // Files are used again and again.
        var offset: UInt64 = 0
        for round in 0..<12 {
            try test.append([Self.secret], to: stream)
            try test.append([pattern(40_000, seed: round)], to: other)
            if round % 3 == 2 { try test.log.settle() }
            while test.log.stepPreparer() {}
            offset += UInt64(Self.secret.count)
        }
        #expect(try !Self.filesWithSecret(volume).isEmpty)
        let receipt = try Self.erase(test, "s", record: 0, byte: 0, count: 12)
        #expect(receipt.isErased && receipt.end.byte == offset)
        #expect(try Self.filesWithSecret(volume) == [])
        // And there is a journal to go on with.
        for round in 0..<6 {
            while test.log.stepPreparer() {}
            try test.append([pattern(40_000, seed: round)], to: other)
        }
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test("a read that began before keeps what it has, and the bytes go when it ends")
    func readers() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume, options: Self.options())
        let stream = try test.create("s", [Self.secret])
        try test.log.settle()
        let pin = test.log.pinFiles()
        let thread = try NamedThread.start(name: "release") {
            // The redaction has written the segment anew and waits.
            while stream.withLock({ $0.runs[0].segment == 1 }) {}
            pin.release()
        }
        let receipt = try Self.erase(test, "s", record: 0, byte: 0)
        thread.join()
        #expect(receipt.isErased)
        #expect(try Self.filesWithSecret(volume) == [])
        test.log.close()
    }

    @Test("what is left of a segment whose writing failed holds up the word that all is gone")
    func unfinishedSegment() throws {
        let volume = MemoryVolume()
        let plan = FaultPlan()
        let test = try TestLog(FaultyVolume(volume, plan: plan), options: Self.options())
        let stream = try test.create("s", [Self.secret])
        try test.log.settle()
        try test.append([pattern(100)], to: stream)
        try test.log.settle()
        // A merge fails at its end, and what it has written cannot be removed.
        let left = SegmentName(number: 3, role: .writing).path
        plan.fail(.sync, count: .max, with: .inputOutput, namesContaining: left)
        plan.fail(.name, count: .max, with: .inputOutput, namesContaining: left)
        #expect(throws: LogError.self) { try test.log.compact() }
        #expect(try Self.filesWithSecret(volume).contains(left))
        #expect(try !Self.erase(test, "s", record: 0, byte: 0).isErased)
        #expect(try Self.filesWithSecret(volume) == [left])
        plan.clear()
        #expect(try Self.erase(test, "s", record: 0, byte: 0).isErased)
        #expect(try Self.filesWithSecret(volume) == [])
        test.log.close()
    }

    @Test("until segments are written anew, reads and walks put the filler over what is there")
    func pendingReads() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume, options: Self.options())
        let stream = try test.create("s", [pattern(10), Self.secret, pattern(10)])
        try test.log.settle()
        let start = StreamPosition(record: 1, byte: 10)
        let end = StreamPosition(record: 2, byte: 10 + UInt64(Self.secret.count))
        let redaction = Redaction(start: start, end: end, filler: .blanks)
        let lsn = try stream.withLock { state in
            try test.log.stage(
                Mutation(redaction: redaction, wallMilliseconds: 1), on: &state, of: stream)
        }
        // Not before it is durable.
        #expect(try test.bytes(of: stream) == pattern(10) + Self.secret + pattern(10))
        try test.log.waitUntilDurable(lsn)
        let blanks = [UInt8](repeating: 0x20, count: Self.secret.count)
        #expect(try test.bytes(of: stream) == pattern(10) + blanks + pattern(10))
        #expect(try test.bytes(of: stream, from: start, pageBytes: 1) == blanks + pattern(10))
        let run = try test.log.read(
            stream, from: start, maxBytes: 100, through: test.log.durable, blocking: true)
        #expect(try run.slices == nil)
        let page = try test.log.read(stream, check: .genesis)
        #expect(page.records.map(\.payload) == [pattern(10), blanks, pattern(10)])
        #expect(page.records[1].kind == .redacted)
        #expect(try test.log.verify(stream).hash == test.head(stream))
        test.log.abandon()
        // Opening finds it in the journal, and settling does it.
        let again = try TestLog(volume, options: Self.options(), seed: 2)
        let reopened = try #require(again.find("s"))
        #expect(try again.bytes(of: reopened) == pattern(10) + blanks + pattern(10))
        try again.log.settle()
        #expect(try again.bytes(of: reopened) == pattern(10) + blanks + pattern(10))
        #expect(try again.log.verification(of: reopened).redactedRecords == 1)
        #expect(try volume.list("segments").count == 2)
        again.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
    }

    @Test("a journal file that was given up before and not dealt with yet goes as well")
    func earlierFiles() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume, options: Self.options())
        while test.log.stepPreparer() {}
        let stream = try test.create("s", [Self.secret])
        // On to another file; the first one is settled, and waits to be used again.
        for seed in 0..<3 { try test.append([pattern(100 << 10, seed: seed)], to: stream) }
        try test.log.settle()
        #expect(try Self.filesWithSecret(volume).count == 2)
        #expect(try Self.erase(test, "s", record: 0, byte: 0).isErased)
        #expect(try Self.filesWithSecret(volume) == [])
        test.log.close()
    }

    @Test("records behind any end are refused")
    func beyondNumbers() throws {
        let test = try TestLog(MemoryVolume(), options: Self.options())
        try test.create("s", [Self.secret])
        #expect(throws: LogError.self) {
            try Self.erase(test, "s", record: .max, byte: 0, count: 2)
        }
        test.log.close()
    }
}
