import Testing
import VarveLog
import VarvePlatform
import VarveStorage

@testable import VarveStreams

@Suite("Retention")
struct RetentionTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    private func create(
        _ name: String, bytes: UInt64? = nil, seconds: UInt64? = nil, body: String = ""
    ) throws {
        try withBytes(name) { name in
            try withBytes(body) { body in
                var command = CreateCommand(name: name)
                command.retention = StreamRetention(bytes: bytes, seconds: seconds)
                command.content = .body(body)
                _ = try fixture.engine.create(command)
            }
        }
    }

    private func earliest(_ name: String) throws -> UInt64 {
        try fixture.head(name).earliest.record
    }

    @Test("what is more than the bytes goes by whole records, oldest first")
    func bytes() throws {
        try create("a", bytes: 10, body: "0123456789")
        #expect(fixture.engine.sweepRetention() == 0)
        try fixture.append("a", "x")
        #expect(fixture.engine.nextRetention == 0)
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try fixture.contents("a") == "x")
        #expect(fixture.engine.sweepRetention() == 0)
        for _ in 0..<30 { try fixture.append("a", "yy") }
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try fixture.contents("a") == "yyyyyyyyyy")
        try fixture.append("a", "more than may be kept")
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try fixture.contents("a") == "")
    }

    @Test("a fork with nothing to see yet begins to age with its first record")
    func emptyFork() throws {
        try create("a", body: "0123456789")
        let stream = try fixture.find("a")
        _ = try fixture.engine.trim(stream, before: fixture.head("a").tail)
        try withBytes("fork") { name in
            try withBytes("a") { source in
                var command = CreateCommand(name: name)
                command.retention = StreamRetention(seconds: 10)
                command.fork = ForkCommand(source: source)
                _ = try fixture.engine.create(command, blocking: true)
            }
        }
        fixture.clock.advance(milliseconds: 5000)
        try fixture.append("fork", "x")
        try fixture.reopen()
        #expect(try fixture.contents("fork") == "x")
        fixture.clock.advance(milliseconds: 9000)
        #expect(fixture.engine.sweepRetention() == 0)
        fixture.clock.advance(milliseconds: 1000)
        #expect(fixture.engine.sweepRetention() == 1)
    }

    @Test("bytes that lie in segments, and over several, go just so")
    func settledBytes() throws {
        try create("a", bytes: 100)
        for round in 0..<6 {
            for index in 0..<10 { try fixture.append("a", "\(round)\(index)34567") }
            try fixture.commit()
            try fixture.engine.log.settle()
        }
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try earliest("a") == 46)
        #expect(try fixture.contents("a").count == 98)
        try fixture.reopen()
        #expect(try earliest("a") == 46)
        #expect(fixture.engine.sweepRetention() == 0)
    }

    @Test("what is older than the seconds goes, and not before")
    func seconds() throws {
        try create("a", seconds: 640, body: "a")
        try create("b", seconds: 60, body: "b")
        try create("c", body: "c")
        fixture.clock.advance(milliseconds: 59_999)
        #expect(fixture.engine.sweepRetention() == 0)
        fixture.clock.advance(milliseconds: 1)
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try fixture.contents("b") == "")
        try fixture.append("a", "A")
        fixture.clock.advance(milliseconds: 580_000)
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try fixture.contents("a") == "A")
        fixture.clock.advance(milliseconds: 1_000_000)
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(fixture.engine.nextRetention == nil)
        #expect(try fixture.contents("a") == "")
        #expect(try fixture.contents("c") == "c")
    }

    @Test("a restart, settled or not, forgets no age and no excess", arguments: [false, true])
    func restart(settles: Bool) throws {
        try create("old", seconds: 100, body: "x")
        try create("large", bytes: 3, body: "four")
        fixture.clock.advance(milliseconds: 50_000)
        try fixture.append("old", "y")
        try fixture.commit()
        if settles { try fixture.engine.log.settle() }
        try fixture.crash()
        fixture.clock.advance(milliseconds: 50_000)
        #expect(fixture.engine.sweepRetention() == 2)
        #expect(try fixture.contents("old") == "y")
        #expect(try fixture.contents("large") == "")
        try fixture.commit()
        if settles { try fixture.engine.log.settle() }
        try fixture.crash()
        #expect(try earliest("old") == 1)
        fixture.clock.advance(milliseconds: 50_000)
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try fixture.contents("old") == "")
    }

    @Test("deleted and expired streams are passed over, and a new one of the name begins anew")
    func gone() throws {
        try create("a", seconds: 10, body: "x")
        try fixture.delete("a")
        try create("a", seconds: 20, body: "y")
        fixture.clock.advance(milliseconds: 10_000)
        #expect(fixture.engine.sweepRetention() == 0)
        fixture.clock.advance(milliseconds: 10_000)
        #expect(fixture.engine.sweepRetention() == 1)
    }

    @Test("a fork keeps what its source's retention drops, and has a retention of its own")
    func forks() throws {
        try create("source", bytes: 2, body: "abc")
        try fixture.create("plain", forkOf: "source")
        try withBytes("kept") { name in
            try withBytes("source") { source in
                var command = CreateCommand(name: name)
                command.fork = ForkCommand(source: source, offset: nil, subOffset: 0)
                command.retention = StreamRetention(seconds: 5)
                _ = try fixture.engine.create(command, blocking: true)
            }
        }
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try fixture.contents("source") == "")
        #expect(try fixture.contents("plain") == "abc")
        #expect(try fixture.contents("kept") == "abc")
        fixture.clock.advance(milliseconds: 5000)
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try fixture.contents("kept") == "")
        #expect(try fixture.contents("plain") == "abc")
    }

    @Test("streams without retention, or within it, are never looked at")
    func onlyThoseDue() throws {
        for index in 0..<50 {
            try fixture.create("plain\(index)", body: "content")
            try create("wide\(index)", bytes: 1000, body: "content")
        }
        #expect(fixture.engine.nextRetention == nil)
        try create("late", seconds: 1000, body: "x")
        #expect(fixture.engine.nextRetention == fixture.clock.wallMilliseconds() + 1_000_000)
    }

    @Test("the quota of all streams gets back what was trimmed")
    func quota() throws {
        try create("a", bytes: 4, body: "0123456789")
        #expect(fixture.engine.totalBytes == 10)
        fixture.engine.sweepRetention()
        #expect(fixture.engine.totalBytes == 0)
        try fixture.append("a", "abc")
        #expect(fixture.engine.totalBytes == 3)
        try fixture.commit()
        try fixture.reopen()
        #expect(fixture.engine.totalBytes == 3)
        try fixture.delete("a")
        #expect(fixture.engine.totalBytes == 0)
    }
}
