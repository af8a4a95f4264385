import Synchronization
import Testing
import VarveLog
import VarvePlatform

@testable import VarveStreams

@Suite("Listeners")
struct ListenerTests {
    /// Remembers what it was told.
    private final class Notes: StreamListener {
        private let told = Mutex<[(StreamID, LSN)]>([])

        func changed(_ stream: Stream, at lsn: LSN) {
            told.withLock { $0.append((stream.id, lsn)) }
        }

        /// What was told since the last time.
        func take() -> [LSN] {
            told.withLock { told in
                defer { told = [] }
                return told.map(\.1)
            }
        }
    }

    @Test("a watched stream tells of its next change, once until it is watched again")
    func once() throws {
        let fixture = try EngineFixture()
        let notes = Notes()
        let listener = fixture.engine.addListener(notes)
        let stream = try fixture.create("a").stream
        try fixture.append("a", "x")
        #expect(notes.take() == [])
        let known = fixture.engine.watch(stream, listener: listener)
        #expect(known == fixture.lastLSN)
        let second = try fixture.append("a", "y")
        try fixture.append("a", "z")
        #expect(notes.take() == [second.visibleAt])
        // Watching again tells that something came in between.
        #expect(fixture.engine.watch(stream, listener: listener) == fixture.lastLSN)
        let closed = try fixture.append("a", closes: true)
        #expect(notes.take() == [closed.visibleAt])
        #expect(fixture.engine.watch(stream, listener: listener) == closed.visibleAt)
        let deleted = try fixture.delete("a")
        #expect(notes.take() == [deleted])
        #expect(fixture.engine.watch(stream, listener: listener) == nil)
    }

    @Test("expiry tells like a deletion; refusals, duplicates and reads tell nothing")
    func what() throws {
        let fixture = try EngineFixture()
        let notes = Notes()
        let listener = fixture.engine.addListener(notes)
        let stream = try fixture.create("a", lifetime: .sliding(seconds: 100)).stream
        try fixture.append("a", "x", producer: ("p", 0, 0))
        _ = fixture.engine.watch(stream, listener: listener)
        try fixture.append("a", "x", producer: ("p", 0, 0))
        #expect(fixture.refusal { try fixture.append("a", "x", type: "text/plain") } != nil)
        fixture.clock.advance(milliseconds: 50_000)
        _ = try fixture.read("a")
        #expect(notes.take() == [])
        fixture.clock.advance(milliseconds: 100_000)
        #expect(fixture.engine.sweepExpired() == 1)
        #expect(notes.take().count == 1)
    }

    @Test("every listener that watches is told, those that stopped are not")
    func several() throws {
        let fixture = try EngineFixture()
        let all = (0..<ListenerTable.countMax).map { _ in Notes() }
        let numbers = all.map { fixture.engine.addListener($0) }
        let stream = try fixture.create("a").stream
        for number in numbers { _ = fixture.engine.watch(stream, listener: number) }
        fixture.engine.unwatch(stream, listener: numbers[7])
        let lsn = try fixture.append("a", "x").visibleAt
        for (index, notes) in all.enumerated() {
            #expect(notes.take() == (index == 7 ? [] : [lsn]))
        }
    }
}
