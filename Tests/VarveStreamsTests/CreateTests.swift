import Testing
import VarveLog
import VarvePlatform

@testable import VarveStreams

@Suite("Creating streams")
struct CreateTests {
    @Test("a new stream is empty, open, and of the default type")
    func created() throws {
        let fixture = try EngineFixture()
        let outcome = try fixture.create("a/b")
        #expect(outcome.kind == .created)
        #expect(outcome.tail == .start)
        #expect(!outcome.isClosed)
        #expect(outcome.contentType.text == "application/octet-stream")
        #expect(outcome.visibleAt > .none)
        #expect(try fixture.contents("a/b") == "")
    }

    @Test("a body is the first content, and a close follows it in the same set of frames")
    func withBody() throws {
        let fixture = try EngineFixture()
        let outcome = try fixture.create("a", type: "text/plain", closed: true, body: "hello")
        #expect(outcome.tail == StreamPosition(record: 1, byte: 5))
        #expect(outcome.isClosed)
        #expect(try fixture.contents("a") == "hello")
        #expect(try fixture.read("a").page.isFinal)
    }

    @Test("a JSON body is flattened; [] creates an empty stream")
    func json() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", type: "application/json", body: #" [1, {"b":2}] "#)
        #expect(try fixture.contents("a") == #"1,{"b":2},"#)
        #expect(try fixture.create("b", type: "application/json", body: "[]").tail == .start)
        #expect(try fixture.create("c", type: "Application/JSON; x=y", body: "7").tail.record == 1)
    }

    @Test("the same configuration again finds the stream; its body is ignored")
    func existing() throws {
        let fixture = try EngineFixture()
        let first = try fixture.create("a", type: "text/plain", body: "x")
        let again = try fixture.create("a", type: "Text/Plain; charset=utf-8", body: "y")
        #expect(again.kind == .existing)
        #expect(again.stream == first.stream)
        #expect(again.tail == first.tail)
        #expect(again.contentType.text == "text/plain")
        #expect(again.visibleAt >= first.visibleAt)
        #expect(try fixture.contents("a") == "x")
    }

    @Test("any difference in type, lifetime or closure is a mismatch, held until what it reveals")
    func mismatch() throws {
        let fixture = try EngineFixture()
        let created = try fixture.create("a", type: "text/plain", lifetime: .sliding(seconds: 60))
        let attempts: [() throws -> Void] = [
            { try fixture.create("a", type: "text/html", lifetime: .sliding(seconds: 60)) },
            { try fixture.create("a", lifetime: .sliding(seconds: 60)) },
            { try fixture.create("a", type: "text/plain") },
            { try fixture.create("a", type: "text/plain", lifetime: .sliding(seconds: 61)) },
            {
                try fixture.create(
                    "a", type: "text/plain", lifetime: .absolute(milliseconds: 1 << 50))
            },
            {
                try fixture.create(
                    "a", type: "text/plain", lifetime: .sliding(seconds: 60), closed: true)
            },
        ]
        for attempt in attempts {
            let refusal = fixture.refusal(attempt)
            #expect(refusal?.error == .configMismatch)
            #expect(refusal.map { $0.visibleAt >= created.visibleAt } ?? false)
        }
    }

    @Test("the closure state that counts is the present one")
    func closureState() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        try fixture.append("a", closes: true)
        #expect(fixture.refusal { try fixture.create("a") }?.error == .configMismatch)
        #expect(try fixture.create("a", closed: true).kind == .existing)
    }

    @Test("a body that is refused creates nothing")
    func refusedBody() throws {
        let fixture = try EngineFixture()
        for body in ["{", "[1,]", "1 2"] {
            let refusal = fixture.refusal {
                try fixture.create("a", type: "application/json", body: body)
            }
            guard case .invalidJSON = refusal?.error else {
                Issue.record("\(body) was not refused as JSON")
                continue
            }
            #expect(fixture.refusal { _ = try fixture.find("a") }?.error == .notFound)
        }
    }

    @Test("a bad name, an expiry in the past and an endless content type are refused")
    func refusedConfiguration() throws {
        let fixture = try EngineFixture()
        #expect(
            fixture.refusal { try fixture.create("__ds/x") }?.error == .invalidName(.reserved))
        let past = fixture.clock.wallMilliseconds()
        #expect(
            fixture.refusal { try fixture.create("a", lifetime: .absolute(milliseconds: past)) }?
                .error == .expiryInThePast)
        let type = "a/" + String(repeating: "b", count: 254)
        #expect(
            fixture.refusal { try fixture.create("a", type: type) }?.error == .contentTypeTooLong)
    }

    @Test("of many who create one name at once, one creates and all get the same stream")
    func race() async throws {
        let fixture = try EngineFixture()
        let engine = fixture.engine
        for round in 0..<20 {
            let name = "race/\(round)"
            let outcomes = await withTaskGroup(of: (Bool, StreamID, LSN).self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        withBytes(name) { name in
                            guard let outcome = try? engine.create(CreateCommand(name: name)) else {
                                return (false, StreamID(rawValue: 0), .none)
                            }
                            return (
                                outcome.kind == .created, outcome.stream.id, outcome.visibleAt
                            )
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0.0 } == 1)
            #expect(Set(outcomes.map { $0.1 }).count == 1)
            #expect(Set(outcomes.map { $0.2 }).count == 1)
        }
    }
}
