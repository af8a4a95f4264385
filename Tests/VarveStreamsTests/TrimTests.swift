import Testing
import VarveLog
import VarvePlatform
import VarveStorage

@testable import VarveStreams

@Suite("Trims of streams")
struct TrimTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    /// A stream of four records, and the borders between them.
    private func fill(_ name: String = "a") throws -> [StreamPosition] {
        var places = [try fixture.create(name).tail]
        for body in ["a", "bb", "ccc", "dddd"] {
            places.append(try fixture.append(name, body).tail)
        }
        return places
    }

    @Test("a trim and its refusals wait until the trim is durable")
    func waiting() throws {
        let places = try fill()
        try fixture.commit()
        let stream = try fixture.find("a")
        let outcome = try fixture.engine.trim(stream, before: places[2])
        #expect(outcome.earliest == places[2] && outcome.tail == places[4])
        let refusal = fixture.refusal {
            _ = try fixture.read("a", from: .position(places[1]))
        }
        #expect(refusal?.error == .trimmed)
        #expect(refusal?.earliestOffset == places[2])
        #expect(refusal?.visibleAt == outcome.visibleAt)
        let (text, page) = try fixture.read("a")
        #expect(text == "cccdddd")
        #expect(page.view.visibleAt == outcome.visibleAt)
        #expect(page.start == places[2])
        let again = try fixture.engine.trim(stream, before: places[1])
        #expect(again.earliest == places[2] && again.visibleAt == outcome.visibleAt)
    }

    @Test("a trim that changes nothing waits for the end that it tells of")
    func nothingToTrim() throws {
        let places = try fill()
        _ = try fixture.engine.trim(fixture.find("a"), before: places[1])
        try fixture.commit()
        let appended = try fixture.append("a", "more")
        let outcome = try fixture.engine.trim(fixture.find("a"), before: places[1])
        #expect(outcome.tail == appended.tail && outcome.visibleAt == appended.visibleAt)
    }

    @Test("small reads of a trimmed stream begin where it does")
    func smallReads() throws {
        let places = try fill()
        let stream = try fixture.find("a")
        _ = try fixture.engine.trim(stream, before: places[3])
        try fixture.commit()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
        defer { buffer.deallocate() }
        let read = try fixture.engine.readSmall(
            stream, from: .start, maxBytes: 64, into: buffer)
        #expect(read?.byteCount == 4)
        #expect(read?.start == places[3])
        #expect(
            try fixture.engine.readSmall(
                stream, from: .position(places[2]), maxBytes: 64, into: buffer) == nil)
    }

    @Test("a place that is none, and a stream that is none, are refused")
    func refusals() throws {
        let places = try fill()
        let stream = try fixture.find("a")
        let beyond = StreamPosition(record: 5, byte: 11)
        #expect(
            fixture.refusal { _ = try fixture.engine.trim(stream, before: beyond) }?.error
                == .offsetBeyondTail)
        let inside = StreamPosition(record: 1, byte: 2)
        #expect(
            fixture.refusal { _ = try fixture.engine.trim(stream, before: inside) }?.error
                == .offsetNotABoundary)
        try fixture.delete("a")
        #expect(
            fixture.refusal { _ = try fixture.engine.trim(stream, before: places[1]) }?.error
                == .notFound)
    }

    @Test("what was trimmed stays so over a restart and a crash", arguments: [false, true])
    func restarts(settles: Bool) throws {
        let places = try fill()
        if settles {
            try fixture.commit()
            try fixture.engine.log.settle()
        }
        _ = try fixture.engine.trim(try fixture.find("a"), before: places[1])
        try fixture.commit()
        try fixture.crash()
        #expect(try fixture.contents("a") == "bbcccdddd")
        try fixture.append("a", "!")
        try fixture.commit()
        if settles { try fixture.engine.log.settle() }
        try fixture.reopen()
        #expect(try fixture.head("a").earliest == places[1])
        #expect(try fixture.contents("a") == "bbcccdddd!")
    }

    @Test("a trim is no use of a stream, and changes nothing that PUT compares")
    func noUse() throws {
        try fixture.create("a", lifetime: .sliding(seconds: 10), body: "x")
        let tail = try fixture.head("a").tail
        fixture.clock.advance(milliseconds: 9000)
        _ = try fixture.engine.trim(try fixture.find("a"), before: tail)
        #expect(
            try fixture.create("a", lifetime: .sliding(seconds: 10)).kind == .existing)
        fixture.clock.advance(milliseconds: 1000)
        #expect(fixture.refusal { _ = try fixture.head("a") }?.error == .notFound)
    }

    @Test("JSON messages that are left are one array's")
    func json() throws {
        try fixture.create("a", type: "application/json", body: "[1,2]")
        let place = try fixture.head("a").tail
        try fixture.append("a", "[3,{}]", type: "application/json")
        _ = try fixture.engine.trim(try fixture.find("a"), before: place)
        #expect(try fixture.contents("a") == "3,{},")
        // Between two messages of one append.
        let inner = StreamPosition(record: 3, byte: 6)
        _ = try fixture.engine.trim(try fixture.find("a"), before: inner)
        #expect(try fixture.contents("a") == "{},")
    }
}
