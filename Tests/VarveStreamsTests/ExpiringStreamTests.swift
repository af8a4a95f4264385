import Testing
import VarveLog
import VarvePlatform

@testable import VarveStreams

@Suite("Streams that expire")
struct ExpiringStreamTests {
    private func exists(_ fixture: EngineFixture, _ name: String = "a") -> Bool {
        (try? fixture.head(name)) != nil
    }

    @Test("reads and appends slide the window, looking at the head does not")
    func sliding() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 10))
        fixture.clock.advance(milliseconds: 9000)
        _ = try fixture.read("a")
        fixture.clock.advance(milliseconds: 9000)
        try fixture.append("a", "x")
        fixture.clock.advance(milliseconds: 9000)
        #expect(exists(fixture))
        fixture.clock.advance(milliseconds: 1000)
        #expect(!exists(fixture))
    }

    @Test("a refused append is no use of the stream, a duplicate is")
    func refusals() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 10))
        try fixture.append("a", "x", producer: ("p", 0, 0))
        fixture.clock.advance(milliseconds: 6000)
        #expect(fixture.refusal { try fixture.append("a", "x", type: "text/plain") } != nil)
        try fixture.append("a", "x", producer: ("p", 0, 0))
        fixture.clock.advance(milliseconds: 6000)
        #expect(exists(fixture))
        #expect(fixture.refusal { try fixture.append("a", "x", type: "text/plain") } != nil)
        fixture.clock.advance(milliseconds: 4000)
        #expect(!exists(fixture))
    }

    @Test("an answer that relies on a renewal of the window waits until that is durable")
    func renewalsAreWaitedFor() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 10))
        let first = try fixture.append("a", "x", producer: ("p", 0, 0))
        fixture.clock.advance(milliseconds: 5000)
        let again = try fixture.append("a", "x", producer: ("p", 0, 0))
        #expect(again.kind == .duplicate)
        #expect(again.visibleAt > first.visibleAt)
        #expect(try again.visibleAt == fixture.find("a").log.withLock { $0.lastLSN })

        fixture.clock.advance(milliseconds: 4000)
        let second = try fixture.append("a", "y")
        // Within the slack of the append, so it writes nothing itself.
        fixture.clock.advance(milliseconds: 500)
        #expect(try fixture.read("a").page.view.visibleAt == second.visibleAt)
    }

    @Test("an expired stream is not found for anything, swept or not")
    func notFound() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 1))
        let stream = try fixture.find("a")
        fixture.clock.advance(milliseconds: 1000)
        for _ in 0..<2 {
            #expect(
                fixture.refusal {
                    _ = try fixture.engine.beginRead(stream, from: .start, maxBytes: 1)
                }?.error == .notFound)
            #expect(fixture.refusal { _ = try fixture.engine.head(stream) }?.error == .notFound)
            #expect(fixture.engine.watch(stream, listener: 0) == nil)
            #expect(fixture.refusal { try fixture.append("a", "x") }?.error == .notFound)
            #expect(
                try fixture.engine.list(
                    prefix: UnsafeRawBufferPointer(start: nil, count: 0), after: nil, limit: 9
                ).summaries.isEmpty)
            fixture.engine.sweepExpired()
        }
        #expect(fixture.refusal { try fixture.delete("a") }?.error == .notFound)
    }

    @Test("deleting an expired stream answers not found and removes it")
    func deleteExpired() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 1), body: "x")
        fixture.clock.advance(milliseconds: 1000)
        let refusal = fixture.refusal { try fixture.delete("a") }
        #expect(refusal?.error == .notFound)
        #expect(refusal?.visibleAt == fixture.engine.log.namespace.lastDeletion)
        #expect(fixture.engine.streamCount == 0)
        #expect(fixture.engine.totalBytes == 0)
    }

    @Test("the name of an expired stream is free at once, whatever the configuration")
    func nameIsFree() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 1), body: "old")
        fixture.clock.advance(milliseconds: 1000)
        let outcome = try fixture.create("a", type: "text/plain", body: "new")
        #expect(outcome.kind == .created)
        #expect(fixture.engine.log.namespace.lastDeletion < outcome.visibleAt)
        #expect(try fixture.contents("a") == "new")
        #expect(fixture.engine.streamCount == 1)
        #expect(fixture.engine.totalBytes == 3)
        try fixture.reopen()
        #expect(try fixture.contents("a") == "new")
    }

    @Test("the sweep deletes what is over, once, and journals it")
    func sweep() throws {
        let fixture = try EngineFixture()
        for number in 0..<10 as Range<UInt64> {
            try fixture.create(
                "s/\(number)", lifetime: .sliding(seconds: 1 + number), body: "x")
        }
        try fixture.create("kept")
        let start = fixture.clock.wallMilliseconds()
        #expect(fixture.engine.nextExpiry == start + 1000)
        #expect(fixture.engine.sweepExpired() == 0)
        fixture.clock.advance(milliseconds: 5000)
        #expect(fixture.engine.sweepExpired(limit: 2) == 2)
        #expect(fixture.engine.sweepExpired() == 3)
        #expect(fixture.engine.sweepExpired() == 0)
        #expect(fixture.engine.streamCount == 6)
        #expect(fixture.engine.totalBytes == 5)
        try fixture.reopen()
        #expect(fixture.engine.streamCount == 6)
    }

    @Test("a stream in use is looked at again when it can be over, not before")
    func renewedSweep() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 10))
        fixture.clock.advance(milliseconds: 8000)
        _ = try fixture.read("a")
        fixture.clock.advance(milliseconds: 2000)
        #expect(fixture.engine.sweepExpired() == 0)
        #expect(fixture.engine.nextExpiry == fixture.clock.wallMilliseconds() + 8000)
        fixture.clock.advance(milliseconds: 8000)
        #expect(fixture.engine.sweepExpired() == 1)
        #expect(fixture.engine.nextExpiry == nil)
    }

    @Test("a read whose renewal is journalled waits for it, and so do those after it")
    func touchIsAwaited() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 16))
        try fixture.commit()
        let durable = fixture.engine.log.durable
        fixture.clock.advance(milliseconds: 1000)
        #expect(try fixture.read("a").page.view.visibleAt <= durable)
        fixture.clock.advance(milliseconds: 1)
        let awaited = try fixture.read("a").page.view.visibleAt
        #expect(awaited > durable)
        #expect(try fixture.read("a").page.view.visibleAt == awaited)
    }

    @Test("after a crash a stream lives at most the slack longer, and never shorter")
    func crash() throws {
        for step in [300, 700, 1001, 1500, 2600] as [UInt64] {
            let fixture = try EngineFixture()
            try fixture.create("a", lifetime: .sliding(seconds: 16))
            try fixture.commit()
            for _ in 0..<7 {
                fixture.clock.advance(milliseconds: step)
                let (_, page) = try fixture.read("a")
                try fixture.engine.log.waitUntilDurable(page.view.visibleAt)
            }
            try fixture.crash()
            fixture.clock.advance(milliseconds: 15_999)
            #expect(exists(fixture))
            fixture.clock.advance(milliseconds: 1001)
            #expect(!exists(fixture))
        }
    }

    @Test("a live reader holds a stream; when it leaves the window begins")
    func hold() throws {
        let fixture = try EngineFixture()
        let stream = try fixture.create("a", lifetime: .sliding(seconds: 2)).stream
        fixture.engine.holdLive(stream)
        for _ in 0..<20 {
            fixture.clock.advance(milliseconds: 500)
            fixture.engine.sweepExpired()
            #expect(exists(fixture))
        }
        try fixture.commit()
        fixture.engine.releaseLive(stream)
        fixture.clock.advance(milliseconds: 1999)
        #expect(exists(fixture))
        fixture.clock.advance(milliseconds: 1)
        #expect(!exists(fixture))
    }

    @Test("a stream that was held when the process died lives on for its window")
    func holdAndCrash() throws {
        let fixture = try EngineFixture()
        let stream = try fixture.create("a", lifetime: .sliding(seconds: 4)).stream
        fixture.engine.holdLive(stream)
        for _ in 0..<100 {
            fixture.clock.advance(milliseconds: 100)
            if let next = fixture.engine.nextExpiry, next <= fixture.clock.wallMilliseconds() {
                fixture.engine.sweepExpired()
            }
        }
        try fixture.commit()
        try fixture.crash()
        fixture.clock.advance(milliseconds: 3999)
        #expect(exists(fixture))
        fixture.clock.advance(milliseconds: 1001)
        #expect(!exists(fixture))
    }

    @Test("an absolute expiry does not slide, even for live readers")
    func absolute() throws {
        let fixture = try EngineFixture()
        let moment = fixture.clock.wallMilliseconds() + 5000
        let stream = try fixture.create("a", lifetime: .absolute(milliseconds: moment)).stream
        fixture.engine.holdLive(stream)
        fixture.clock.advance(milliseconds: 4999)
        _ = try fixture.read("a")
        fixture.clock.advance(milliseconds: 1)
        #expect(!exists(fixture))
        #expect(fixture.engine.sweepExpired() == 1)
        fixture.engine.releaseLive(stream)
    }

    @Test("a clock set back does not move time back")
    func clockSetBack() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", lifetime: .sliding(seconds: 10))
        let start = fixture.clock.wallMilliseconds()
        fixture.clock.advance(milliseconds: 9000)
        _ = try fixture.read("a")
        fixture.clock.setWall(milliseconds: start - 1_000_000)
        _ = try fixture.read("a")
        try fixture.reopen()
        #expect(exists(fixture))
        fixture.clock.setWall(milliseconds: start + 21_000)
        #expect(!exists(fixture))
    }

    @Test("entries of deleted streams do not pile up in the index of expiries")
    func staleEntries() throws {
        let fixture = try EngineFixture()
        for number in 0..<1000 {
            try fixture.create("s/\(number)", lifetime: .sliding(seconds: 3600))
            try fixture.delete("s/\(number)")
        }
        #expect(fixture.engine.expiries.count < 200)
    }
}
