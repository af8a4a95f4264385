import Testing
import VarveLog

@testable import VarveStreams

@Suite("Restarts")
struct RestartTests {
    @Test("producers, sequence, closure, types and times are as they were")
    func everything() throws {
        let fixture = try EngineFixture()
        try fixture.create("open", type: "text/plain; charset=x", body: "a")
        let text = "text/plain"
        try fixture.append("open", "b", type: text, producer: ("p", 2, 0), sequence: "m")
        try fixture.append("open", "c", type: text, producer: ("p", 2, 1))
        try fixture.create("closed", type: "application/json", body: "[1,2]")
        let json = "application/json"
        try fixture.append("closed", "3", type: json, producer: ("q", 0, 0), closes: true)
        let before = try fixture.head("open")
        for restart in 0..<3 {
            if restart == 2 {
                try fixture.commit()
                try fixture.crash()
            } else {
                try fixture.reopen()
            }
            #expect(try fixture.contents("open") == "abc")
            #expect(try fixture.contents("closed") == "1,2,3,")
            let after = try fixture.head("open")
            #expect(after.contentType.text == "text/plain; charset=x")
            #expect(after.incarnation == before.incarnation)
            #expect(after.createdMilliseconds == before.createdMilliseconds)
            #expect(after.updatedMilliseconds == before.updatedMilliseconds)
            let duplicate = try fixture.append("open", "b", type: text, producer: ("p", 2, 0))
            #expect(duplicate.kind == .duplicate)
            #expect(duplicate.producerSequence == 1)
            #expect(
                fixture.refusal {
                    try fixture.append("open", "x", type: text, sequence: "m")
                }?.error == .sequenceConflict)
            #expect(
                fixture.refusal {
                    try fixture.append("open", "x", type: text, producer: ("p", 1, 0))
                }?.error == .producerFenced(currentEpoch: 2))
            let closedAgain = try fixture.append(
                "closed", "3", type: json, producer: ("q", 0, 0), closes: true)
            #expect(closedAgain.kind == .closedAgain)
            #expect(
                fixture.refusal { try fixture.append("closed", "4", type: json) }?.error
                    == .streamClosed)
        }
    }

    @Test("what was not durable at a crash is gone whole, its producer state with it")
    func unfinished() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        try fixture.append("a", "1", producer: ("p", 0, 0))
        try fixture.commit()
        try fixture.append("a", "2", producer: ("p", 0, 1))
        try fixture.create("b")
        try fixture.crash()
        #expect(try fixture.contents("a") == "1")
        #expect(fixture.refusal { _ = try fixture.find("b") }?.error == .notFound)
        let retried = try fixture.append("a", "2", producer: ("p", 0, 1))
        #expect(retried.kind == .appended)
        #expect(try fixture.contents("a") == "12")
    }

    @Test("a closing that was not durable is undone, a durable one is final")
    func closing() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        try fixture.create("b")
        try fixture.append("b", "x", closes: true)
        try fixture.commit()
        try fixture.append("a", "x", closes: true)
        try fixture.crash()
        #expect(try fixture.append("a", "y").kind == .appended)
        #expect(fixture.refusal { try fixture.append("b", "y") }?.error == .streamClosed)
    }
}
