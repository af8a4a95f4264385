import Testing
import VarveLog
import VarvePlatform

@testable import VarveStreams

@Suite("Streams that leave memory", .timeLimit(.minutes(30)))
struct ResidencyTests {
    private func makeFixture(_ options: StreamOptions = StreamOptions()) throws -> EngineFixture {
        try EngineFixture(options, residentMax: 0)
    }

    /// Settles everything; nothing is left in memory.
    private func forget(_ fixture: EngineFixture) throws {
        try fixture.settle()
        // With nothing to settle, nothing was evicted.
        fixture.engine.log.evictIdleStreams()
        #expect(fixture.engine.residency.resident == 0)
    }

    @Test("producers, sequence, closure, types and times are as they were when they come back")
    func everything() throws {
        let fixture = try makeFixture()
        try fixture.create("open", type: "text/plain; charset=x", body: "a")
        let text = "text/plain"
        try fixture.append("open", "b", type: text, producer: ("p", 2, 0), sequence: "m")
        try fixture.append("open", "c", type: text, producer: ("p", 2, 1))
        try fixture.create("closed", type: "application/json", body: "[1,2]")
        let json = "application/json"
        try fixture.append("closed", "3", type: json, producer: ("q", 0, 0), closes: true)
        let before = try fixture.head("open")
        for round in 0..<4 {
            try forget(fixture)
            let tail = String(repeating: "d", count: round)
            #expect(try fixture.contents("open") == "abc" + tail)
            #expect(try fixture.contents("closed") == "1,2,3,")
            let after = try fixture.head("open")
            #expect(after.contentType.text == "text/plain; charset=x")
            #expect(after.incarnation == before.incarnation)
            #expect(after.createdMilliseconds == before.createdMilliseconds)
            let duplicate = try fixture.append("open", "b", type: text, producer: ("p", 2, 0))
            #expect(duplicate.kind == .duplicate)
            #expect(duplicate.producerSequence == 1)
            #expect(
                fixture.refusal {
                    try fixture.append("open", "x", type: text, sequence: "m")
                }?.error == .sequenceConflict)
            #expect(
                fixture.refusal {
                    try fixture.append("closed", "x", type: json, producer: ("q", 0, 1))
                }?.error == .streamClosed)
            let again = try fixture.append(
                "closed", "3", type: json, producer: ("q", 0, 0), closes: true)
            #expect(again.kind == .closedAgain)
            #expect(try fixture.create("open", type: "text/plain").kind == .existing)
            #expect(
                fixture.refusal { try fixture.create("open", type: "text/html") }?.error
                    == .configMismatch)
            try fixture.append("open", "d", type: text)
        }
        #expect(fixture.engine.residency.loads > 4)
        #expect(fixture.engine.residency.evictions > 4)
    }

    @Test("without waiting, what is not in memory would block, and nothing has happened")
    func withoutWaiting() throws {
        let fixture = try makeFixture()
        try fixture.create("a", body: "x")
        try forget(fixture)
        let engine = fixture.engine
        try withBytes("a") { name in
            let wouldBlock = StreamError.log(.wouldBlock)
            #expect(
                fixture.refusal { _ = try engine.lookUp(name, blocking: false) }?.error
                    == wouldBlock)
            #expect(
                fixture.refusal { _ = try engine.delete(name, blocking: false) }?.error
                    == wouldBlock)
            #expect(
                fixture.refusal {
                    _ = try engine.create(CreateCommand(name: name), blocking: false)
                }?.error == wouldBlock)
            let stream = try engine.lookUp(name, blocking: true)
            #expect(try engine.lookUp(name, blocking: false) == stream)
        }
        try withBytes("b") { name in
            #expect(
                fixture.refusal { _ = try engine.lookUp(name, blocking: false) }?.error == .notFound
            )
            let created = try engine.create(CreateCommand(name: name), blocking: false)
            #expect(created.kind == .created)
        }
        #expect(engine.streamCount == 2)
    }

    @Test("a sliding stream that left memory ends when its window and the slack are over")
    func sliding() throws {
        let fixture = try makeFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 10), body: "x")
        try fixture.create("b", lifetime: .sliding(seconds: 100), body: "x")
        try forget(fixture)
        fixture.clock.advance(milliseconds: 10_999)
        #expect(fixture.engine.sweepExpired() == 0)
        #expect(fixture.engine.residency.resident == 0)
        fixture.clock.advance(milliseconds: 1)
        #expect(fixture.engine.sweepExpired() == 1)
        #expect(fixture.engine.sweepExpired() == 0)
        #expect(fixture.engine.streamCount == 1)
        #expect(fixture.engine.totalBytes == 1)
        #expect(fixture.refusal { _ = try fixture.head("a") }?.error == .notFound)
        try fixture.settle()
        // Used, so that it slides, and out of memory again.
        fixture.clock.advance(milliseconds: 80_000)
        #expect(try fixture.read("b").text == "x")
        try forget(fixture)
        fixture.clock.advance(milliseconds: 99_000)
        #expect(fixture.engine.sweepExpired() == 0)
        #expect(try fixture.head("b").tail.record == 1)
        fixture.clock.advance(milliseconds: 8000)
        #expect(fixture.engine.sweepExpired() == 1)
        #expect(fixture.engine.streamCount == 0)
    }

    @Test("of many streams only those whose time has come are loaded, in this life and the next")
    func alarms() throws {
        let fixture = try makeFixture()
        let now = fixture.clock.wallMilliseconds()
        for index in 0..<100 {
            let moment = now + 1000 * UInt64(index + 1)
            try fixture.create(
                "s\(index)", lifetime: .absolute(milliseconds: moment),
                lifetimeText: InternetTime.string(moment), body: "x")
        }
        try forget(fixture)
        fixture.clock.advance(milliseconds: 10_000)
        #expect(fixture.engine.sweepExpired() == 10)
        #expect(fixture.engine.residency.loads == 10)
        try fixture.reopen()
        #expect(fixture.engine.residency.resident == 0)
        #expect(fixture.engine.totalBytes == 90)
        fixture.clock.advance(milliseconds: 20_000)
        #expect(fixture.engine.sweepExpired(limit: 3) == 3)
        #expect(fixture.engine.sweepExpired(limit: 3) == 3)
        #expect(fixture.engine.sweepExpired() == 14)
        #expect(fixture.engine.sweepExpired() == 0)
        #expect(fixture.engine.streamCount == 70)
        #expect(fixture.engine.residency.loads == 20)
        // Created and settled behind what was looked for already, and gone all the same.
        let soon = fixture.clock.wallMilliseconds() + 1
        try fixture.create(
            "soon", lifetime: .absolute(milliseconds: soon),
            lifetimeText: InternetTime.string(soon))
        fixture.clock.advance(milliseconds: 999)
        #expect(fixture.engine.sweepExpired() == 1)
        #expect(fixture.engine.streamCount == 70)
    }

    @Test("a stream that expires while it leaves memory is swept, though its alarm was passed over")
    func passedOver() throws {
        let fixture = try makeFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 5), body: "x")
        // In memory when the sweep comes by: its own entry counts.
        fixture.clock.advance(milliseconds: 4000)
        #expect(fixture.engine.sweepExpired() == 0)
        fixture.clock.advance(milliseconds: 1500)
        do {
            let stream = try fixture.find("a")
            fixture.engine.holdLive(stream)
            #expect(fixture.engine.sweepExpired() == 0)
            fixture.clock.advance(milliseconds: 600_000)
            fixture.engine.releaseLive(stream)
        }
        try fixture.settle()
        #expect(fixture.engine.sweepExpired() == 0)
        #expect(fixture.engine.streamCount == 1)
        try forget(fixture)
        fixture.clock.advance(milliseconds: 600_000)
        #expect(fixture.engine.sweepExpired() == 1)
        #expect(fixture.engine.streamCount == 0)
    }

    @Test(
        "retention finds streams that left memory when their moment has come, in any life",
        arguments: [false, true])
    func retention(restarts: Bool) throws {
        let fixture = try makeFixture()
        for (name, seconds) in [("minute", UInt64(60)), ("hour", 3600)] {
            try withBytes(name) { name in
                try withBytes("old") { body in
                    var command = CreateCommand(name: name)
                    command.retention = StreamRetention(seconds: seconds)
                    command.content = .body(body)
                    _ = try fixture.engine.create(command)
                }
            }
        }
        try forget(fixture)
        // Coming and going leaves nothing behind in the index.
        for _ in 0..<10 {
            _ = try fixture.head("minute")
            fixture.engine.log.evictIdleStreams()
        }
        #expect(fixture.engine.nextRetention == nil)
        if restarts { try fixture.reopen() }
        fixture.clock.advance(milliseconds: 59_999)
        #expect(fixture.engine.sweepRetention() == 0)
        fixture.clock.advance(milliseconds: 1)
        let loads = fixture.engine.residency.loads
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(fixture.engine.residency.loads == loads + 1)
        #expect(try fixture.contents("minute") == "")
        #expect(try fixture.contents("hour") == "old")
        try forget(fixture)
        fixture.clock.advance(milliseconds: 3_600_000)
        #expect(fixture.engine.sweepRetention() == 1)
        #expect(try fixture.contents("hour") == "")
    }

    @Test("quotas and counts are right after every restart, whatever was in memory")
    func totals() throws {
        var options = StreamOptions()
        options.maxTotalBytes = 10_000
        let fixture = try makeFixture(options)
        let random = SeededRandom(seed: 5)
        var sizes: [String: Int] = [:]
        for step in 0..<600 {
            let name = "s\(random.next(below: 30))"
            let body = String(repeating: "x", count: 1 + random.next(below: 40))
            switch random.next(below: 10) {
            case 0..<6:
                if sizes[name] == nil { try fixture.create(name) }
                try fixture.append(name, body)
                sizes[name, default: 0] += body.utf8.count
            case 6:
                if sizes[name] != nil { try fixture.delete(name) }
                sizes[name] = nil
            case 7: try fixture.settle()
            case 8 where step % 5 == 0: try fixture.reopen()
            default:
                let found = try? fixture.head(name)
                #expect((found == nil) == (sizes[name] == nil))
            }
            #expect(fixture.engine.streamCount == sizes.count)
            #expect(fixture.engine.totalBytes == sizes.values.reduce(0) { $0 + UInt64($1) })
        }
        try fixture.commit()
        try fixture.crash()
        #expect(fixture.engine.streamCount == sizes.count)
        #expect(fixture.engine.totalBytes == sizes.values.reduce(0) { $0 + UInt64($1) })
    }

    @Test("a fork slides, is listed, and goes as ever, its source out of memory")
    func forks() throws {
        let fixture = try makeFixture()
        try fixture.create("source", body: "abc")
        try fixture.create("fork", forkOf: "source")
        try fixture.append("fork", "d")
        try forget(fixture)
        #expect(try fixture.contents("fork") == "abcd")
        #expect(try fixture.create("fork", forkOf: "source").kind == .existing)
        try forget(fixture)
        try fixture.delete("source")
        #expect(fixture.refusal { _ = try fixture.head("source") }?.error == .deleted)
        try forget(fixture)
        #expect(fixture.refusal { _ = try fixture.head("source") }?.error == .deleted)
        #expect(fixture.refusal { try fixture.create("source") }?.error == .nameHeld)
        #expect(
            fixture.refusal { try fixture.create("other", forkOf: "source") }?.error
                == .forkSourceDeleted)
        #expect(try fixture.contents("fork") == "abcd")
        try forget(fixture)
        try fixture.delete("fork")
        #expect(fixture.engine.streamCount == 0)
        #expect(fixture.engine.totalBytes == 0)
        try fixture.create("source", body: "new")
        try forget(fixture)
        #expect(try fixture.contents("source") == "new")
    }

    @Test("many threads append to few streams that leave memory all the time, and nothing is lost")
    func hammering() async throws {
        let fixture = try makeFixture()
        let engine = fixture.engine
        let names = (0..<4).map { "s\($0)" }
        for name in names { try fixture.create(name) }
        let rounds = 300
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for round in 0..<rounds {
                        let name = names[(worker + round) % names.count]
                        #expect(appendByte(engine, name))
                        if round % 16 == worker { try? engine.log.settle() }
                        if round % 5 == 0 { engine.log.evictIdleStreams() }
                    }
                }
            }
        }
        #expect(engine.residency.evictions > 20)
        try fixture.commit()
        for name in names {
            let stream = try fixture.find(name)
            #expect(try fixture.head(name).tail.record == UInt64(rounds))
            let tail = stream.log.withLock { $0.head }
            #expect(try engine.log.verify(stream.log).hash == tail)
        }
        #expect(fixture.engine.totalBytes == UInt64(4 * rounds))
        try fixture.reopen()
        for name in names { #expect(try fixture.head(name).tail.record == UInt64(rounds)) }
    }

    @Test("names are created, deleted and created anew by many, each at a time one stream's")
    func names() async throws {
        let fixture = try makeFixture()
        let engine = fixture.engine
        let created = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var count = 0
                    for round in 0..<200 {
                        count += withBytes("n\((worker + round) % 3)") { name in
                            let outcome = try? engine.create(
                                CreateCommand(name: name), blocking: true)
                            let isNew = outcome?.kind == .created
                            let isGone = (try? engine.delete(name, blocking: true)) != nil
                            return (isNew ? 1 : 0) - (isGone ? 1 : 0)
                        }
                        if round % 20 == worker { try? engine.log.settle() }
                        if round % 7 == 0 { engine.log.evictIdleStreams() }
                    }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(engine.streamCount == created)
        try fixture.commit()
        try fixture.reopen()
        #expect(fixture.engine.streamCount == created)
    }
}

/// Appends one byte, looking the stream up; false when it was refused.
private func appendByte(_ engine: StreamEngine, _ name: String) -> Bool {
    withBytes(name) { name in
        withBytes("x") { body in
            withBytes("application/octet-stream") { type in
                while true {
                    do throws(StreamRefusal) {
                        var command = AppendCommand()
                        command.content = .body(body)
                        command.contentType = type
                        let stream = try engine.lookUp(name, blocking: true)
                        return try engine.append(command, to: stream).kind == .appended
                    } catch {
                        guard case .log(.overloaded) = error.error else { return false }
                        engine.log.requestCommit()
                    }
                }
            }
        }
    }
}
