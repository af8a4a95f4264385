import Testing
import VarveLog
import VarvePlatform

@testable import VarveStreams

@Suite("Reading")
struct ReadTests {
    @Test("what is not durable is not seen; one commit later it is")
    func durability() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        try fixture.commit()
        let outcome = try fixture.append("a", "x")
        let before = try fixture.read("a")
        #expect(before.text == "")
        #expect(before.page.view.tail == .start)
        #expect(before.page.isUpToDate)
        try fixture.commit()
        let after = try fixture.read("a")
        #expect(after.text == "x")
        #expect(after.page.view.tail == outcome.tail)
    }

    @Test(
        "a stream whose creation or closing is pending is read as it will be, and the answer waits")
    func pendingStructure() throws {
        let fixture = try EngineFixture()
        let created = try fixture.create("a", body: "x")
        let first = try fixture.read("a")
        #expect(first.text == "x")
        #expect(first.page.view.visibleAt >= created.visibleAt)
        try fixture.append("a", "y")
        let closed = try fixture.append("a", "z", closes: true)
        let second = try fixture.read("a")
        #expect(second.text == "xyz")
        #expect(second.page.isFinal)
        #expect(second.page.view.visibleAt >= closed.visibleAt)
    }

    @Test("a page has whole records up to its size, and one that is larger alone")
    func pages() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        for body in ["11", "22", "333333", "4"] { try fixture.append("a", body) }
        try fixture.commit()
        var texts: [String] = []
        var start = ReadStart.start
        while true {
            let (text, page) = try fixture.read("a", from: start, maxBytes: 4)
            if text.isEmpty { break }
            texts.append(text)
            #expect(page.isUpToDate == (page.end.record == 4))
            start = .position(page.end)
        }
        #expect(texts == ["1122", "333333", "4"])
    }

    @Test("now is the tail, with nothing to read")
    func now() throws {
        let fixture = try EngineFixture()
        let outcome = try fixture.create("a", body: "x")
        try fixture.commit()
        let (text, page) = try fixture.read("a", from: .now)
        #expect(text == "")
        #expect(page.end == outcome.tail)
        #expect(page.isUpToDate)
    }

    @Test("offsets beyond the tail and inside records are refused")
    func badOffsets() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", type: "application/json", body: "[10,20,30]")
        try fixture.commit()
        func error(_ record: UInt64, _ byte: UInt64) -> StreamError? {
            fixture.refusal {
                _ = try fixture.read(
                    "a", from: .position(StreamPosition(record: record, byte: byte)))
            }?.error
        }
        #expect(error(1, 3) == nil)
        #expect(error(3, 9) == nil)
        #expect(error(1, 2) == .offsetNotABoundary)
        #expect(error(2, 3) == .offsetNotABoundary)
        #expect(error(0, 1) == .offsetNotABoundary)
        #expect(error(3, 8) != nil)
        #expect(error(4, 9) == .offsetBeyondTail)
        #expect(error(9, 99) == .offsetBeyondTail)
        #expect(error(.max, .max) == .offsetBeyondTail)
    }

    @Test("a small read copies what a page has")
    func small() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", body: "hello")
        try fixture.append("a", " world")
        try fixture.commit()
        let stream = try fixture.find("a")
        try withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            let found = try fixture.engine.readSmall(
                stream, from: .start, maxBytes: 64, into: buffer)
            let read = try #require(found)
            let text = String(decoding: buffer[..<read.byteCount], as: UTF8.self)
            #expect(text == "hello world")
            #expect(read.isUpToDate)
            #expect(!read.isFinal)
        }
    }

    @Test("a head says what the stream is and is no use of it")
    func head() throws {
        let fixture = try EngineFixture()
        let moment = fixture.clock.wallMilliseconds() + 60_000
        let text = InternetTime.string(moment)
        try fixture.create(
            "a", type: "text/plain", lifetime: .absolute(milliseconds: moment), lifetimeText: text,
            body: "x")
        try fixture.commit()
        let head = try fixture.head("a")
        #expect(head.contentType.text == "text/plain")
        #expect(head.lifetime == .absolute(milliseconds: moment))
        #expect(head.lifetimeText == text)
        #expect(head.tail == StreamPosition(record: 1, byte: 1))
        #expect(!head.isClosed)
        #expect(head.createdMilliseconds == fixture.clock.wallMilliseconds())
    }

    @Test("a listing has the names in order, by prefix, page by page")
    func listing() throws {
        let fixture = try EngineFixture()
        for name in ["b/2", "a", "b/1", "c", "b/3"] { try fixture.create(name) }
        try fixture.delete("c")
        let deletion = fixture.engine.log.namespace.lastDeletion
        func list(_ prefix: String, _ after: String?, _ limit: Int) throws -> [String] {
            try withBytes(prefix) { prefix in
                try withBytes(after ?? "") { last in
                    let found = try fixture.engine.list(
                        prefix: prefix, after: after == nil ? nil : last, limit: limit)
                    #expect(found.visibleAt >= deletion)
                    return found.summaries.map(\.name)
                }
            }
        }
        #expect(try list("", nil, 10) == ["a", "b/1", "b/2", "b/3"])
        #expect(try list("b/", nil, 10) == ["b/1", "b/2", "b/3"])
        #expect(try list("b/", nil, 2) == ["b/1", "b/2"])
        #expect(try list("b/", "b/2", 2) == ["b/3"])
        #expect(try list("x", nil, 2) == [])
    }
}
