import Testing
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveStreams

@Suite("Failing disks", .timeLimit(.minutes(30)))
struct FaultTests {
    /// The sum of what the streams store.
    private func storedBytes(_ fixture: EngineFixture) -> UInt64 {
        var sum: UInt64 = 0
        fixture.engine.log.forEachResidentStream { stream in sum += stream.withLock { $0.tail.byte }
        }
        return sum
    }

    @Test("after a failed write nothing is accepted, reads of what is durable go on")
    func poisoned() throws {
        let plan = FaultPlan()
        let fixture = try EngineFixture(volume: FaultyVolume(MemoryVolume(), plan: plan))
        try fixture.create("a", lifetime: .sliding(seconds: 20), body: "x")
        try fixture.commit()
        plan.fail(.write, atTurn: 1, with: .inputOutput, namesContaining: ".journal")
        try fixture.append("a", "y", producer: ("p", 0, 0))
        #expect(throws: LogError.self) { try fixture.commit() }
        plan.clear()
        let attempts: [() throws -> Void] = [
            { try fixture.append("a", "z", producer: ("p", 0, 1)) },
            { try fixture.append("a", closes: true) },
            { try fixture.create("b") },
            { try fixture.delete("a") },
        ]
        for attempt in attempts {
            guard case .log(.poisoned) = fixture.refusal(attempt)?.error else {
                Issue.record("something was accepted")
                return
            }
        }
        #expect(try fixture.read("a").text == "x")
        // A renewal that cannot be journalled keeps nobody from reading.
        fixture.clock.advance(milliseconds: 15_000)
        #expect(try fixture.read("a").text == "x")
        fixture.clock.advance(milliseconds: 15_000)
        #expect(try fixture.read("a").text == "x")
        #expect(fixture.engine.totalBytes == storedBytes(fixture))
        fixture.clock.advance(milliseconds: 20_000)
        #expect(fixture.engine.sweepExpired() == 0)
        #expect(fixture.refusal { _ = try fixture.read("a") }?.error == .notFound)
    }

    @Test("a full disk refuses and changes nothing; with space again everything works")
    func outOfSpace() throws {
        let plan = FaultPlan()
        let fixture = try EngineFixture(volume: FaultyVolume(MemoryVolume(), plan: plan))
        try fixture.create("a", type: "application/json")
        try fixture.create("t", lifetime: .sliding(seconds: 16))
        plan.fail(.create, count: .max, with: .outOfSpace, namesContaining: "preparing")
        let body = "\"" + String(repeating: "x", count: 50_000) + "\""
        var sequence: UInt64 = 0
        var refusal: StreamRefusal?
        while refusal?.error.code != "out-of-space" {
            refusal = fixture.refusal {
                try fixture.append(
                    "a", body, type: "application/json", producer: ("p", 0, sequence))
                sequence += 1
            }
            if let code = refusal?.error.code {
                #expect(code == "out-of-space" || code == "overloaded")
            }
            try fixture.commit()
        }
        #expect(fixture.engine.totalBytes == storedBytes(fixture))
        #expect(try fixture.head("a").tail.record == sequence)
        fixture.clock.advance(milliseconds: 10_000)
        _ = try fixture.read("t")
        fixture.clock.advance(milliseconds: 10_000)
        _ = try fixture.read("t")
        plan.clear()
        var accepted: AppendOutcome?
        while accepted == nil {
            accepted = try? fixture.append(
                "a", body, type: "application/json", producer: ("p", 0, sequence))
        }
        #expect(accepted?.kind == .appended)
        #expect(accepted?.tail.record == sequence + 1)
        try fixture.reopen()
        #expect(try fixture.head("a").tail.record == sequence + 1)
        #expect(fixture.engine.totalBytes == storedBytes(fixture))
    }

    @Test("a stream whose deletion the full disk refused is swept later")
    func sweepLater() throws {
        let plan = FaultPlan()
        let fixture = try EngineFixture(volume: FaultyVolume(MemoryVolume(), plan: plan))
        try fixture.create("t", lifetime: .sliding(seconds: 1))
        try fixture.create("filler")
        plan.fail(.create, count: .max, with: .outOfSpace, namesContaining: "preparing")
        // Until no file is there and none will come: one that was begun before may still be.
        func fill(_ body: String) throws {
            while true {
                let code = fixture.refusal { try fixture.append("filler", body) }?.error.code
                if let code, code != "overloaded" { return #expect(code == "out-of-space") }
                // So that each takes a block of its own, and what comes next finds none.
                try fixture.commit()
            }
        }
        try fill(String(repeating: "x", count: 50_000))
        // Small frames may still fit behind large ones that did not.
        try fill("x")
        fixture.clock.advance(milliseconds: 2000)
        #expect(fixture.engine.sweepExpired() == 0)
        #expect(fixture.refusal { _ = try fixture.read("t") }?.error == .notFound)
        plan.clear()
        var swept = 0
        while swept == 0 {
            fixture.clock.advance(milliseconds: 1000)
            swept = fixture.engine.sweepExpired()
        }
        #expect(swept == 1)
    }
}
