import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

@Suite("Streams in memory and out of it")
struct ResidencyTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(resident: Int, seed: UInt64 = 1) throws -> TestLog {
        var options = LogOptions.small
        options.residentStreamsMax = resident
        return try TestLog(volume, indexes: indexes, options: options, seed: seed)
    }

    private func names(
        _ test: TestLog, _ prefix: String = "", after: String? = nil, limit: Int = 99
    )
        throws -> [String]
    {
        try test.log.streams(prefix: prefix, after: after, limit: limit).map(\.name)
    }

    @Test("idle settled streams leave memory, and come back as they were, again and again")
    func comingBack() throws {
        let test = try open(resident: 3)
        var heads: [String: ChainHash] = [:]
        var bytes: [String: [UInt8]] = [:]
        for round in 0..<4 {
            for index in 0..<30 {
                let name = "s\(index)"
                let known = test.find(name)
                #expect((known == nil) == (round == 0))
                let stream = try known ?? test.create(name)
                if let head = heads[name] { #expect(test.head(stream) == head) }
                if let known = bytes[name] { #expect(try test.bytes(of: stream) == known) }
                try test.append([pattern(index + round), pattern(7, seed: round)], to: stream)
                heads[name] = test.head(stream)
                bytes[name] = try test.bytes(of: stream)
                stream.withLock { $0.checkInvariants() }
            }
            #expect(test.log.namespace.residentCount == 30)
            try test.log.settle()
            #expect(test.log.namespace.residentCount == 3)
            #expect(test.log.namespace.count == 30)
        }
        for (name, head) in heads {
            let stream = try #require(test.find(name))
            #expect(try test.log.verify(stream).hash == head)
        }
        test.log.close()
    }

    @Test("a stream of which somebody has the object stays in memory")
    func held() throws {
        let test = try open(resident: 0)
        let held = try test.create("held", [pattern(10)])
        try test.create("idle", [pattern(10)])
        try test.log.settle()
        #expect(test.log.namespace.residentCount == 1)
        #expect(test.find("held") === held)
        try test.append([pattern(20)], to: held)
        try test.log.settle()
        #expect(test.find("held") === held)
        #expect(try test.bytes(of: held) == pattern(10) + pattern(20))
        test.log.close()
    }

    @Test("what is not settled stays in memory, however many streams that are")
    func unsettled() throws {
        let test = try open(resident: 0)
        for index in 0..<100 { try test.create("a\(index)") }
        try test.log.settle()
        #expect(test.log.namespace.residentCount == 0)
        for index in 0..<50 { try test.append([pattern(3)], to: #require(test.find("a\(index)"))) }
        for index in 50..<100 { #expect(test.find("a\(index)") != nil) }
        #expect((50...80).contains(test.log.namespace.residentCount))
        for index in 0..<50 {
            #expect(try test.bytes(of: #require(test.find("a\(index)"))) == pattern(3))
        }
        test.log.close()
    }

    @Test("a deleted stream stays deleted while its deletion is not settled, and its name is free")
    func deletion() throws {
        let test = try open(resident: 0)
        let first = try test.create("a", [pattern(5)]).id
        try test.create("b", [pattern(5)])
        try test.log.settle()
        try test.delete(#require(test.find("a")))
        try test.delete(#require(test.find("b")))
        #expect(test.find("a") == nil && test.find("b") == nil)
        #expect(try test.log.find(id: first) == nil)
        #expect(test.log.namespace.count == 0)
        #expect(try names(test) == [])
        let second = try test.create("a", [pattern(6)]).id
        #expect(second != first)
        #expect(try names(test) == ["a"])
        try test.log.settle()
        #expect(test.log.namespace.residentCount == 0)
        let found = try #require(test.find("a"))
        #expect(found.id == second)
        #expect(try test.bytes(of: found) == pattern(6))
        #expect(test.find("b") == nil)
        #expect(throws: LogError.alreadyExists) { try test.create("a") }
        test.log.close()
    }

    @Test("forks read through sources that come back, and hold them")
    func forks() throws {
        let test = try open(resident: 0)
        do {
            let source = try test.create("source", [pattern(10), pattern(20)])
            let fork = try test.fork(source, "fork")
            try test.append([pattern(5)], to: fork)
            let second = try test.fork(fork, "second")
            try test.append([pattern(6)], to: second)
        }
        try test.log.settle()
        #expect(test.log.namespace.residentCount == 0)
        do {
            let second = try #require(test.find("second"))
            // With its sources.
            #expect(test.log.namespace.residentCount == 3)
            #expect(test.find("fork") === second.edge?.source)
            let expected = pattern(10) + pattern(20) + pattern(5) + pattern(6)
            #expect(try test.bytes(of: second) == expected)
        }
        // A source that is there without its forks still has them: it is retired, not deleted.
        try test.append([pattern(1)], to: test.create("other"))
        try test.log.settle()
        let source = try #require(test.find("source"))
        #expect(test.log.namespace.residentCount == 1)
        #expect(test.log.namespace.hasForks(source))
        try test.delete(source)
        try test.log.settle()
        #expect(test.find("source")?.withLock { $0.isRetired } == true)
        try test.delete(#require(test.find("fork")))
        #expect(test.log.namespace.count == 4)
        try test.log.settle()
        // The last fork takes both with it, though they were not in memory.
        try test.delete(#require(test.find("second")))
        #expect(try names(test) == ["other"])
        #expect(test.log.namespace.count == 1)
        test.log.close()
        let again = try open(resident: 0, seed: 2)
        #expect(try names(again) == ["other"])
        again.log.close()
    }

    @Test("a fork that was deleted does not count when its source comes back")
    func deletedFork() throws {
        let test = try open(resident: 0)
        _ = try test.fork(test.create("source", [pattern(10)]), "fork")
        try test.log.settle()
        try test.delete(#require(test.find("fork")))
        try test.create("filler")
        // The source is idle; the deletion of its fork is not settled.
        for index in 0..<20 { _ = try test.create("more\(index)") }
        test.log.evictIdleStreams()
        let source = try #require(test.find("source"))
        #expect(!test.log.namespace.hasForks(source))
        try test.delete(source)
        #expect(test.find("source") == nil)
        test.log.close()
    }

    @Test("a listing has everything once, in memory or not, page by page")
    func listing() throws {
        let test = try open(resident: 0)
        for index in 10..<60 { try test.create("a/\(index)") }
        try test.log.settle()
        for index in stride(from: 10, to: 60, by: 3) {
            try test.delete(#require(test.find("a/\(index)")))
        }
        for index in stride(from: 10, to: 60, by: 6) { try test.create("a/\(index)") }
        for index in 60..<70 { try test.create("a/\(index)") }
        try test.create("b")
        let expected = (10..<70).filter { $0 >= 60 || ($0 - 10) % 3 != 0 || ($0 - 10) % 6 == 0 }
            .map { "a/\($0)" }
        #expect(try names(test, "a/") == expected)
        #expect(try names(test) == expected + ["b"])
        for limit in [1, 2, 7, 50] {
            var all: [String] = []
            while case let page = try names(test, "a", after: all.last, limit: limit), !page.isEmpty
            {
                #expect(page.count <= limit)
                all += page
            }
            #expect(all == expected, "\(limit)")
        }
        #expect(try names(test, "a/", limit: 0) == [])
        #expect(try names(test, "c") == [])
        let resident = test.log.namespace.residentCount
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(
            try test.log.glance(prefix: none, after: nil, limit: .max).count == expected.count + 1)
        #expect(test.log.namespace.residentCount == resident)
        test.log.close()
    }

    @Test("opening loads the unsettled part only, and knows how many streams and bytes there are")
    func opening() throws {
        var options = LogOptions.small
        options.settlesWhenClosed = false
        let test = try TestLog(volume, indexes: indexes, options: options)
        for index in 0..<40 { try test.create("s\(index)", [pattern(10 + index)]) }
        _ = try test.fork(#require(test.find("s7")), "fork")
        try test.log.settle()
        try test.append([pattern(100)], to: #require(test.find("s3")))
        try test.append([pattern(50)], to: #require(test.find("fork")))
        try test.delete(#require(test.find("s4")))
        try test.delete(#require(test.find("s7")))
        try test.create("new", [pattern(1000)])
        try test.create("brief", [pattern(2000)])
        try test.delete(#require(test.find("brief")))
        let bytes = (0..<40).reduce(0) { $0 + 10 + $1 } - 14 + 100 + 50 + 1000
        #expect(test.log.namespace.count == 41)
        test.log.close()
        let again = try TestLog(volume, indexes: indexes, options: options, seed: 2)
        // s3, the fork and its retired source, the new one.
        #expect(again.log.namespace.residentCount == 4)
        #expect(again.log.namespace.count == 41)
        #expect(again.log.openedBytes == UInt64(bytes))
        #expect(again.find("s4") == nil && again.find("brief") == nil)
        #expect(throws: LogError.alreadyExists) { try again.create("s5") }
        #expect(try names(again).count == 41)
        try again.log.settle()
        again.log.close()
        let third = try TestLog(volume, indexes: indexes, options: options, seed: 3)
        #expect(third.log.namespace.residentCount == 0)
        #expect(third.log.namespace.count == 41)
        #expect(third.log.openedBytes == UInt64(bytes))
        third.log.close()
    }

    @Test(
        "without waiting, a stream that is not in memory would block, and an absent one is absent")
    func withoutWaiting() throws {
        let test = try open(resident: 0)
        try test.create("a")
        try test.log.settle()
        func find(_ name: String) throws -> LogStream? {
            try Array(name.utf8).withUnsafeBytes { try test.log.find(name: $0, blocking: false) }
        }
        #expect(throws: LogError.wouldBlock) { try find("a") }
        #expect(try find("b") == nil)
        #expect(try find("") == nil)
        #expect(try find(String(repeating: "x", count: 100_000)) == nil)
        let loaded = test.find("a")
        #expect(try find("a") === loaded)
        test.log.close()
    }

    @Test("a record of the catalog that is not one is an error when its stream is asked for")
    func damage() throws {
        let test = try open(resident: 0)
        let id = try test.create("a").id
        try test.create("b", [pattern(9)])
        try test.log.settle()
        test.log.close()
        do {
            let index = try indexes.open(Catalog.indexName)
            var batch = IndexBatch()
            try batch.put(CatalogKey.record(id), [1, 2, 3])
            try index.write(batch)
        }
        let again = try open(resident: 0, seed: 2)
        #expect(throws: LogError.self) { try again.log.stream(named: "a") }
        #expect(throws: LogError.self) { try again.log.streams() }
        #expect(try again.bytes(of: #require(again.find("b"))) == pattern(9))
        again.log.close()
    }

    @Test("a stream that was read while runs moved is read again")
    func movedRuns() throws {
        let directory = StreamDirectory(seed: 1)
        let name = Array("a".utf8)
        let stream = name.withUnsafeBytes { name in
            LogStream(
                id: StreamID(rawValue: 1), incarnation: Incarnation(from: SeededRandom(seed: 1)),
                name: name, state: LogStreamState(head: ChainHash()))
        }
        let ticket = directory.loadTicket
        directory.noteMovedRuns()
        #expect(!directory.insert(loaded: stream, forks: [], ticket: ticket))
        #expect(directory.find(stream.id) == nil)
        #expect(directory.insert(loaded: stream, forks: [], ticket: directory.loadTicket))
        #expect(directory.find(stream.id) === stream)
    }

    @Test("a stream that was read before the deletion of its forks was settled is read again")
    func settledDeletions() throws {
        let directory = StreamDirectory(seed: 1)
        let (source, fork) = (stream(1, "source"), stream(2, "fork"))
        directory.insert(fork)
        let ticket = directory.loadTicket
        directory.remove(fork, at: 5)
        directory.settled(through: 5)
        #expect(!directory.insert(loaded: source, forks: [fork.id], ticket: ticket))
        #expect(directory.insert(loaded: source, forks: [], ticket: directory.loadTicket))
        #expect(directory.forkCount(of: source.id) == 0)
    }

    private func stream(_ id: UInt64, _ name: String) -> LogStream {
        Array(name.utf8).withUnsafeBytes { name in
            LogStream(
                id: StreamID(rawValue: id), incarnation: Incarnation(from: SeededRandom(seed: id)),
                name: name, state: LogStreamState(head: ChainHash()))
        }
    }
}
