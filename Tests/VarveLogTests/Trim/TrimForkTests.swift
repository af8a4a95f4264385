import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite("Trimming a stream that has forks, and forks")
struct TrimForkTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    private func open(seed: UInt64 = 1) throws -> TestLog {
        try TestLog(volume, indexes: indexes, seed: seed)
    }

    private func fork(
        _ name: String, of source: LogStream, at place: StreamPosition?, in test: TestLog
    ) throws -> LogStream {
        let point = try test.log.forkPoint(of: source, at: place, cut: .none, blocking: true)
        let lsn: LSN
        let stream: LogStream
        (stream, lsn) = try Array(name.utf8).withUnsafeBytes { name in
            try test.log.withNamespace { space in
                try space.create(name, Mutation(wallMilliseconds: 1), at: point)
            }
        }
        try test.log.waitUntilDurable(lsn)
        return stream
    }

    private func source(_ test: TestLog) throws -> (LogStream, [StreamPosition]) {
        let stream = try test.create("source")
        var borders = [StreamPosition.start]
        for index in 0..<6 {
            try test.append([pattern(50, seed: index)], to: stream)
            borders.append(test.tail(stream))
        }
        return (stream, borders)
    }

    @Test(
        "a trim moves only the source's beginning: its forks go on reading",
        arguments: [
            false, true,
        ])
    func forksGoOn(settles: Bool) throws {
        let test = try open()
        let (source, borders) = try source(test)
        let fork = try fork("fork", of: source, at: borders[4], in: test)
        try test.append([pattern(9)], to: fork)
        if settles { try test.log.settle() }
        try test.log.trim(source, before: borders[6])
        #expect(try test.bytes(of: fork).count == 209)
        #expect(throws: LogError.trimmed(earliest: borders[6])) {
            try test.bytes(of: source, from: borders[3])
        }
        if settles { try test.log.settle() }
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).isClean)
        let again = try open(seed: 2)
        let found = try #require(again.find("fork"))
        #expect(try again.bytes(of: found).count == 209)
        #expect(try again.log.verify(found).hash == again.head(found))
        again.log.close()
    }

    @Test("a fork below the place where its source begins is refused")
    func refused() throws {
        let test = try open()
        let (source, borders) = try source(test)
        let point = try test.log.forkPoint(
            of: source, at: borders[2], cut: .none, blocking: true)
        try test.log.trim(source, before: borders[3])
        #expect(throws: LogError.trimmed(earliest: borders[3])) {
            try fork("fork", of: source, at: borders[2], in: test)
        }
        // Found before the trim, and created after it.
        #expect(throws: LogError.trimmed(earliest: borders[3])) {
            try Array("fork".utf8).withUnsafeBytes { name in
                try test.log.withNamespace { space in
                    try space.create(name, Mutation(wallMilliseconds: 1), at: point)
                }
            }
        }
        #expect(test.find("fork") == nil)
        test.log.close()
    }

    @Test("a fork of a trimmed stream begins where its source does", arguments: [false, true])
    func inherits(settles: Bool) throws {
        let test = try open()
        let (source, borders) = try source(test)
        try test.log.trim(source, before: borders[2])
        let early = try fork("early", of: source, at: borders[2], in: test)
        let late = try fork("late", of: source, at: nil, in: test)
        let over = try fork("over", of: late, at: borders[3], in: test)
        try test.append([pattern(11)], to: late)
        if settles { try test.log.settle() }
        try test.log.trim(source, before: borders[6])
        let expected = [("early", early, 0), ("late", late, 211), ("over", over, 50)]
        for (name, stream, count) in expected {
            #expect(stream.withLock { $0.visibleStart } == borders[2], "\(name)")
            #expect(try test.bytes(of: stream, from: borders[2]).count == count, "\(name)")
            #expect(throws: LogError.trimmed(earliest: borders[2])) {
                try test.bytes(of: stream, from: borders[1])
            }
            #expect(try test.log.verify(stream).hash == test.head(stream), "\(name)")
        }
        if settles { try test.log.settle() }
        test.log.close()
        let report = try LogVerifier.verify(volume: volume)
        #expect(report.isClean, "\(report.lines)")
        let again = try open(seed: 2)
        for (name, _, count) in expected {
            let stream = try #require(again.find(name))
            #expect(stream.withLock { $0.visibleStart } == borders[2])
            #expect(try again.bytes(of: stream, from: borders[2]).count == count)
            #expect(try again.log.verify(stream).hash == again.head(stream))
        }
        again.log.close()
    }

    @Test("a fork is trimmed in what it reads of its source, at its own beginning, and behind it")
    func trimmedForks() throws {
        let test = try open()
        let (source, borders) = try source(test)
        let fork = try fork("fork", of: source, at: borders[3], in: test)
        var places = [borders[1], borders[3]]
        for index in 0..<3 {
            try test.append([pattern(20, seed: index)], to: fork)
            places.append(test.tail(fork))
        }
        let end = test.tail(fork).byte
        for place in places {
            try test.log.trim(fork, before: place)
            #expect(try test.bytes(of: fork, from: place).count == Int(end - place.byte))
            #expect(throws: LogError.trimmed(earliest: place)) { try test.bytes(of: fork) }
            #expect(try test.log.verify(fork).hash == test.head(fork))
            #expect(try test.bytes(of: source).count == 300)
            try test.log.settle()
            #expect(try test.log.verify(fork).hash == test.head(fork))
        }
        test.log.close()
        let report = try LogVerifier.verify(volume: volume)
        #expect(report.isClean, "\(report.lines)")
    }
}
