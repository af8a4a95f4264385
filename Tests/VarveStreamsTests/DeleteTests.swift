import Testing
import VarveLog

@testable import VarveStreams

@Suite("Deleting")
struct DeleteTests {
    @Test("a deleted stream is not found, and saying so waits for the deletion")
    func notFound() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        let stream = try fixture.find("a")
        let deleted = try fixture.delete("a")
        let byName = fixture.refusal { _ = try fixture.find("a") }
        #expect(byName?.error == .notFound)
        #expect(byName.map { $0.visibleAt >= deleted } ?? false)
        let byHandle = fixture.refusal {
            _ = try fixture.engine.beginRead(stream, from: .start, maxBytes: 1)
        }
        #expect(byHandle?.error == .notFound)
        #expect(byHandle.map { $0.visibleAt >= deleted } ?? false)
        let again = fixture.refusal { try fixture.delete("a") }
        #expect(again?.error == .notFound)
        #expect(again.map { $0.visibleAt >= deleted } ?? false)
        #expect(fixture.engine.watch(stream, listener: 0) == nil)
    }

    @Test("the name is free at once and shows nothing of the old stream")
    func recreated() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", type: "text/plain", body: "old")
        try fixture.append("a", "x", type: "text/plain", producer: ("p", 5, 0), sequence: "z")
        let old = try fixture.find("a")
        try fixture.delete("a")
        let outcome = try fixture.create("a", type: "application/json")
        #expect(outcome.kind == .created)
        #expect(outcome.stream != old)
        #expect(outcome.stream.incarnation != old.incarnation)
        let json = "application/json"
        try fixture.append("a", "1", type: json, producer: ("p", 0, 0), sequence: "a")
        #expect(try fixture.contents("a") == "1,")
    }

    @Test("a deleted stream stays deleted across a restart, its successor stays")
    func restart() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", body: "old")
        try fixture.create("b", body: "old")
        try fixture.delete("a")
        try fixture.delete("b")
        try fixture.create("b", body: "new")
        try fixture.reopen()
        #expect(fixture.refusal { _ = try fixture.find("a") }?.error == .notFound)
        #expect(try fixture.contents("b") == "new")
        #expect(fixture.engine.totalBytes == 3)
    }

    @Test("no append is accepted behind a deletion")
    func race() async throws {
        let fixture = try EngineFixture()
        let engine = fixture.engine
        for round in 0..<50 {
            let name = "race/\(round)"
            let stream = try fixture.create(name).stream
            async let appends = withTaskGroup(of: LSN.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        var last = LSN.none
                        while let lsn = appendByte(engine, stream) { last = lsn }
                        return last
                    }
                }
                return await group.reduce(LSN.none) { max($0, $1) }
            }
            let deleted = try withBytes(name) { try engine.delete($0, blocking: true) }
            #expect(await appends < deleted)
        }
    }
}

/// Appends one byte; the LSN, or nil when it was refused.
private func appendByte(_ engine: StreamEngine, _ stream: Stream) -> LSN? {
    withBytes("x") { body in
        withBytes("application/octet-stream") { type in
            var command = AppendCommand()
            command.content = .body(body)
            command.contentType = type
            return try? engine.append(command, to: stream).visibleAt
        }
    }
}
