import Testing
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// The chain's head at any place, and verification of one stream in an open log.
@Suite("Heads of streams") struct HeadTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(seed: UInt64 = 1) throws -> TestLog {
        try TestLog(volume, indexes: indexes, seed: seed)
    }

    @Test("every boundary has the head it had when it was the tail, wherever the records lie")
    func everyPlace() throws {
        var test = try open()
        var stream = try test.create("a")
        var known = [(test.tail(stream), test.head(stream))]
        for round in 0..<6 {
            for index in 0..<5 {
                try test.append([pattern(index * 40, seed: round)], to: stream, separator: 44)
                known.append((test.tail(stream), test.head(stream)))
            }
            // A set of several records, of which only the last has a frame's head.
            try test.append([pattern(3), [], pattern(9)], to: stream)
            known.append((test.tail(stream), test.head(stream)))
            for (place, head) in known {
                let found = try test.log.chainPlace(of: stream, at: place)
                #expect(found == ChainPlace(position: place, head: head, isClosed: false))
            }
            if round % 2 == 1 { try test.log.settle() }
            if round == 3 {
                test.log.close()
                test = try open(seed: 2)
                stream = try #require(test.find("a"))
            }
        }
        let inside = StreamPosition(record: 1, byte: 3)
        #expect(throws: LogError.notABoundary(position: inside)) {
            try test.log.chainPlace(of: stream, at: inside)
        }
        let beyond = StreamPosition(record: 1000, byte: 100_000)
        #expect(throws: LogError.offTheEnd(position: beyond, tail: test.tail(stream))) {
            try test.log.chainPlace(of: stream, at: beyond)
        }
        test.log.close()
    }

    @Test("a place inside a set has the head behind its records, as the walk over them has")
    func insideASet() throws {
        let test = try open()
        let stream = try test.create("a", [pattern(5), pattern(6), pattern(7)])
        try test.append((0..<2500).map { pattern($0 % 50) }, to: stream)
        for _ in 0..<2 {
            var records: [Record] = []
            try test.log.walk(
                stream, from: .start, to: test.tail(stream), through: test.log.durable,
                check: .genesis
            ) { records.append($0) }
            for index in [0, 1, 2, 3, 999, 1000, 1003, 2001, 2502] {
                let place = records[index].position
                let found = try test.log.chainPlace(of: stream, at: place)
                #expect(found.head == (index == 0 ? stream.genesis : records[index - 1].chainHash))
            }
            try test.log.settle()
        }
        test.log.close()
    }

    @Test("the head of a closed stream covers its end; of an empty one it is the beginning")
    func ends() throws {
        let test = try open()
        let empty = try test.create("empty")
        #expect(try test.log.chainPlace(of: empty).head == empty.genesis)
        let stream = try test.create("a", [pattern(5)])
        try test.append([], to: stream, closes: true)
        for _ in 0..<2 {
            let found = try test.log.chainPlace(of: stream)
            #expect(found.isClosed)
            #expect(found.head == test.head(stream))
            #expect(try test.log.chainPlace(of: stream, at: found.position) == found)
            let start = try test.log.chainPlace(of: stream, at: .start)
            #expect(!start.isClosed && start.head == stream.genesis)
            try test.log.settle()
        }
        test.log.close()
    }

    @Test("nothing is signed that a power loss could take back: it is synced first")
    func syncedFirst() throws {
        var options = LogOptions.small
        options.durability = .os
        let test = try TestLog(volume, indexes: indexes, options: options)
        let stream = try test.create("a")
        let lsn = try test.append([pattern(5)], to: stream)
        let signer = try HeadSigner(random: SeededRandom(seed: 3))
        let head = try test.log.signedHead(of: stream, by: signer)
        #expect(test.log.synced >= lsn)
        #expect(head.statement.head == test.head(stream))
        try head.verify(with: #require(signer.publicKeys[signer.keyID]))
        test.log.close()
    }

    @Test("a record near the tail of a large settled stream costs a checkpoint's bytes")
    func boundedReads() throws {
        let counted = CountingVolume(volume)
        var options = LogOptions.small
        options.fileBytes = 8 << 20
        let test = try TestLog(counted, indexes: indexes, options: options)
        let stream = try test.create("a")
        for round in 0..<20 {
            try patiently {
                try test.append((0..<1000).map { pattern(256, seed: round + $0) }, to: stream)
            }
        }
        try test.log.settle()
        test.log.close()
        // A new life: nothing is in memory, no block was checked.
        let again = try TestLog(counted, indexes: indexes, options: options, seed: 2)
        let found = try #require(again.find("a"))
        let tail = again.tail(found)
        #expect(tail.byte == 20 * 1000 * 256)
        _ = counted.takeBytesRead()
        let last = StreamPosition(record: tail.record - 3, byte: tail.byte - 3 * 256)
        let page = try again.log.read(found, from: last, maxBytes: 256, check: .nearest)
        #expect(page.records.first?.payload == pattern(256, seed: 19 + 997))
        // One interval of 1000 records, the blocks of 64 KiB that it touches, its index.
        let bound: UInt64 = 2 * (256 << 10) + 2 * (64 << 10) + (64 << 10)
        #expect(counted.takeBytesRead() < bound)
        #expect(try again.log.chainPlace(of: found, at: last).position == last)
        #expect(counted.takeBytesRead() < bound)
        _ = try again.log.read(found, from: last, maxBytes: 256, check: .genesis)
        #expect(counted.takeBytesRead() > tail.byte)
        again.log.close()
    }

    @Test("verification of a stream comes to its head, and tells of the first damage with place")
    func verification() throws {
        var test = try open()
        var stream = try test.create("a", [pattern(100), pattern(3000, seed: 1)])
        try test.log.settle()
        try test.append([pattern(10, seed: 2)], to: stream, closes: true)
        let clean = try test.log.verification(of: stream)
        #expect(clean.isClean && clean.records == 3 && clean.bytes == 3110)
        #expect(clean.reached == (try test.log.chainPlace(of: stream)))
        #expect(throws: LogError.closed) {
            try test.log.verification(of: stream) { true }
        }
        test.log.close()
        let segment = try #require(try volume.list("segments").first)
        let backend = try volume.open("segments/\(segment)", create: .never)
        try [UInt8](repeating: 0xee, count: 1).withUnsafeBytes {
            try backend.write($0, at: UInt64(SegmentFormat.headerBytes + 50))
        }
        test = try open(seed: 2)
        stream = try #require(test.find("a"))
        let damage = try #require(test.log.verification(of: stream).damage)
        #expect(damage.file == "segments/\(segment)")
        #expect(damage.byte <= 4096 + 50 && damage.byte + damage.count > 4096 + 50)
        #expect(damage.stream == "a")
        test.log.close()
    }
}
