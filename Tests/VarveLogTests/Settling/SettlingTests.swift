import Testing
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

@Suite("Settling")
struct SettlingTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(_ options: LogOptions = .small, seed: UInt64 = 1) throws -> TestLog {
        try TestLog(volume, indexes: indexes, options: options, seed: seed)
    }

    @Test("settled records read as before, alone and across the border to the journal")
    func reads() throws {
        let test = try open()
        let stream = try test.create("a", [pattern(100), pattern(3000, seed: 1)])
        try test.append([pattern(10, seed: 2)], to: stream)
        let before = try test.bytes(of: stream)
        try test.log.settle()
        #expect(stream.withLock { $0.extents.count } == 0)
        #expect(stream.withLock { $0.runs.count } == 1)
        #expect(try test.bytes(of: stream) == before)
        try test.append([pattern(77, seed: 3), []], to: stream)
        #expect(try test.bytes(of: stream) == before + pattern(77, seed: 3))
        // Pages of any size begin and end with records.
        for pageBytes in [1, 50, 100, 2999, 3100, 3110, 3111, 1 << 20] {
            let bytes = try test.bytes(of: stream, pageBytes: pageBytes)
            #expect(bytes == before + pattern(77, seed: 3), "\(pageBytes)")
        }
        let inside = StreamPosition(record: 1, byte: 99)
        #expect(throws: LogError.notABoundary(position: inside)) {
            try test.bytes(of: stream, from: inside)
        }
    }

    @Test("heads, tails and names are the same after settling, reopening and settling again")
    func reopening() throws {
        var heads: [String: ChainHash] = [:]
        var bytes: [String: [UInt8]] = [:]
        for round in 0..<5 {
            let test = try open(seed: UInt64(round) + 1)
            for index in 0..<20 {
                let name = "s\(index)"
                let stream = try test.find(name) ?? test.create(name)
                if let head = heads[name] { #expect(test.head(stream) == head) }
                if let known = bytes[name] { #expect(try test.bytes(of: stream) == known) }
                guard index % (round + 1) == 0 else { continue }
                try test.append([pattern(index * 7 + round, seed: round)], to: stream)
                heads[name] = test.head(stream)
                bytes[name] = try test.bytes(of: stream)
            }
            if round % 2 == 0 { try test.log.settle() }
            test.log.close()
        }
    }

    @Test("journal files before the cut are given up, and numbers go on")
    func recycling() throws {
        var options = LogOptions.small
        options.fileBytes = 128 << 10
        let test = try open(options)
        let stream = try test.create("a")
        for round in 0..<12 {
            for _ in 0..<4 {
                try patiently { try test.append([pattern(20_000, seed: round)], to: stream) }
            }
            try test.log.settle()
        }
        let expected = try test.bytes(of: stream)
        #expect(expected.count == 12 * 4 * 20_000)
        test.log.close()
        let journals = try volume.list("journal").filter { $0.hasSuffix(".journal") }
        #expect(journals.count <= 2, "\(journals)")
        let again = try open(options, seed: 2)
        #expect(try again.bytes(of: #require(again.find("a"))) == expected)
        again.log.close()
    }

    @Test("a deleted stream stays deleted, and its name is another stream's")
    func deletion() throws {
        let test = try open()
        let old = try test.create("a", [pattern(10)])
        try test.create("gone", [pattern(10)])
        try test.log.settle()
        try test.delete(old)
        try test.delete(try #require(test.find("gone")))
        try test.create("brief")
        try test.delete(try #require(test.find("brief")))
        let new = try test.create("a", [pattern(20, seed: 1)])
        try test.log.settle()
        test.log.close()
        let again = try open(seed: 2)
        #expect(again.log.namespace.count == 1)
        let found = try #require(again.find("a"))
        #expect(found.id == new.id && found.incarnation == new.incarnation)
        #expect(try again.bytes(of: found) == pattern(20, seed: 1))
        again.log.close()
    }

    @Test("a lost catalog is made again from the segments")
    func lostCatalog() throws {
        let test = try open()
        var heads: [String: ChainHash] = [:]
        for round in 0..<4 {
            for name in ["a", "b", "c\(round)"] {
                let stream = try test.find(name) ?? test.create(name)
                try test.append([pattern(300, seed: round), pattern(5)], to: stream)
                heads[name] = test.head(stream)
            }
            if round == 2 { try test.delete(try #require(test.find("c0"))) }
            try test.log.settle()
        }
        heads["c0"] = nil
        test.log.close()
        try indexes.destroy("catalog")
        let again = try open(seed: 2)
        #expect(again.log.namespace.count == heads.count)
        for (name, head) in heads {
            let stream = try #require(again.find(name))
            #expect(again.head(stream) == head)
            #expect(try again.bytes(of: stream).count == Int(again.tail(stream).byte))
        }
        again.log.close()
    }

    @Test("a missing segment is an error that names it", arguments: [1, 2, 3])
    func missingSegment(_ number: UInt32) throws {
        let test = try open()
        let stream = try test.create("a")
        for round in 0..<3 {
            try test.append([pattern(10, seed: round)], to: stream)
            try test.log.settle()
        }
        test.log.close()
        let path = SegmentName(number: number).path
        try volume.remove(path)
        #expect(throws: LogError.missingFile(path: path)) { try open(seed: 2) }
    }

    @Test("producer-like annotations and multi-part sets survive settling with their chain")
    func largeSets() throws {
        let test = try open()
        let stream = try test.create("a")
        try test.append([pattern(700_000), [], pattern(300_000, seed: 1)], to: stream)
        try test.append((0..<5000).map { pattern($0 % 40, seed: $0) }, to: stream)
        let head = test.head(stream)
        try test.log.settle()
        #expect(try test.log.verify(stream).hash == head)
        try test.append([pattern(5)], to: stream)
        #expect(try test.log.verify(stream).hash == test.head(stream))
        test.log.close()
        let again = try open(seed: 2)
        let found = try #require(again.find("a"))
        #expect(again.head(found) == test.head(stream))
        #expect(try again.log.verify(found).hash == test.head(stream))
        again.log.close()
    }

    @Test(
        "streams written to in every settling, in some, and by many small appends keep their bytes")
    func manySettlings() throws {
        let test = try open()
        var expected: [String: [UInt8]] = [:]
        for round in 0..<6 {
            for index in 0..<8 where round % (index % 3 + 1) == 0 {
                let name = "s\(index)"
                let stream = try test.find(name) ?? test.create(name)
                for part in 0..<20 {
                    // On both sides of what a settling copies, and none at all.
                    let count = [0, 3, 900, 20_000][(part + index) % 4]
                    let bytes = pattern(count, seed: round * 31 + part)
                    try test.stage([bytes, pattern(part)], to: stream)
                    expected[name, default: []] += bytes + pattern(part)
                }
            }
            try test.log.settle()
        }
        let closed = try #require(test.find("s0"))
        try test.append([pattern(9)], to: closed, closes: true)
        expected["s0"]? += pattern(9)
        try test.log.settle()
        test.log.close()
        let again = try open(seed: 2)
        for (name, bytes) in expected {
            let stream = try #require(again.find(name))
            #expect(try again.bytes(of: stream) == bytes)
            #expect(stream.withLock { $0.isClosed } == (name == "s0"))
        }
        again.log.close()
    }

    @Test("the log settles by itself when enough is unsettled")
    func bySize() throws {
        var options = LogOptions.small
        options.settleBytes = 64 << 10
        options.fileBytes = 256 << 10
        let test = try open(options)
        let stream = try test.create("a")
        while test.log.settlingStatistics.now.settlings < 3 {
            try patiently { try test.append([pattern(8000)], to: stream) }
        }
        let count = test.tail(stream).record
        #expect(try test.bytes(of: stream).count == Int(count) * 8000)
        test.log.close()
    }
}
