import Synchronization
import Testing
import VarveLog
import VarvePlatform
import VarveStorage

@testable import VarveStreams

@Suite("Reading while settling runs", .timeLimit(.minutes(30)))
struct SettlingTrafficTests {
    private static let records = 3000

    @Test(
        "readers of a stream and of its fork get every record while it is appended to and settled")
    func traffic() throws {
        var options = LogOptions()
        options.fileBytes = 256 << 10
        options.windowBytes = 1 << 20
        options.settleBytes = 256 << 10
        let engine = try StreamEngine.open(
            volume: MemoryVolume(), logOptions: options, clock: SystemClock(),
            random: SeededRandom(seed: 1))
        defer { engine.close() }
        let run = TrafficRun(engine)
        try run.create()
        let threads = try [
            NamedThread.start(name: "append") { run.note { try run.append(Self.records) } },
            NamedThread.start(name: "settle") { run.note { try run.settle() } },
            NamedThread.start(name: "read") { run.note { try run.read("a", seed: 1) } },
            NamedThread.start(name: "fork") { run.note { try run.read("b", seed: 2) } },
        ]
        for thread in threads { thread.join() }
        #expect(run.failures.isEmpty, "\(run.failures)")
        #expect(run.settlings > 0)
        #expect(run.pages > 10)
        for name in ["a", "b"] { #expect(try run.check(name) >= TrafficRun.prefix) }
        #expect(try run.check("a") == Self.records)
    }
}

/// One engine that several threads use; every record can be told from its number.
//
// @unchecked Sendable: the engine is, and the rest is under the lock.
private final class TrafficRun: @unchecked Sendable {
    /// The records before the fork.
    static let prefix = 40

    private struct State {
        var failures: [String] = []
        var isDone = false
        var settlings = 0
        var pages = 0
    }

    private let engine: StreamEngine
    private let state = Mutex(State())

    init(_ engine: StreamEngine) { self.engine = engine }

    var failures: [String] { state.withLock { $0.failures } }
    var settlings: Int { state.withLock { $0.settlings } }
    var pages: Int { state.withLock { $0.pages } }
    private var isDone: Bool { state.withLock { $0.isDone } }

    /// Keeps what a thread throws, and ends the others with it.
    func note(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            state.withLock { state in
                state.failures.append("\(error)")
                state.isDone = true
            }
        }
    }

    private static func record(_ number: Int) -> [UInt8] {
        let digits = Array("\(number):".utf8)
        return digits + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 700)
    }

    private func stream(_ name: String) throws -> Stream {
        try Array(name.utf8).withUnsafeBytes { name in try engine.lookUp(name, blocking: true) }
    }

    func create() throws {
        for name in ["a", "b"] {
            try Array(name.utf8).withUnsafeBytes { bytes in
                var command = CreateCommand(name: bytes)
                let source = Array("a".utf8)
                _ = try source.withUnsafeBytes { source in
                    if name == "b" { command.fork = ForkCommand(source: source) }
                    return try engine.create(command, blocking: true)
                }
            }
            if name == "a" { try append(Self.prefix) }
        }
        state.withLock { $0.isDone = false }
    }

    /// Appends to "a" until it has `count` records.
    func append(_ count: Int) throws {
        let stream = try stream("a")
        var number = stream.log.withLock { Int($0.tail.record) }
        let type = Array("application/octet-stream".utf8)
        while number < count, failures.isEmpty {
            let lsn = try Self.record(number).withUnsafeBytes { bytes in
                try type.withUnsafeBytes { type -> LSN? in
                    var command = AppendCommand()
                    command.content = .body(bytes)
                    command.contentType = type
                    do throws(StreamRefusal) {
                        return try engine.append(command, to: stream).visibleAt
                    } catch {
                        // The settler is behind: that is what the refusal is for.
                        if case .log(.overloaded) = error.error { return nil }
                        if case .log(.outOfSpace) = error.error { return nil }
                        throw error
                    }
                }
            }
            guard let lsn else {
                try engine.log.waitUntilDurable(engine.log.durable)
                continue
            }
            number += 1
            if number % 8 == 0 { try engine.log.waitUntilDurable(lsn) }
        }
        try engine.log.waitUntilDurable(stream.log.withLock { $0.lastLSN })
        state.withLock { $0.isDone = true }
    }

    func settle() throws {
        while !isDone {
            try engine.log.settle()
            state.withLock { $0.settlings += 1 }
        }
    }

    /// Reads pages from random records on until the appends end.
    func read(_ name: String, seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        while !isDone {
            _ = try check(
                name, from: random.next(below: 100), pageBytes: 1 + random.next(below: 20_000))
        }
    }

    /// Reads everything there is from a record on; how many records the stream has.
    func check(_ name: String, from first: Int = 0, pageBytes: Int = 1 << 20) throws -> Int {
        let stream = try stream(name)
        var number = min(first, Self.prefix)
        var next = StreamPosition(
            record: UInt64(number),
            byte: (0..<number).reduce(0) { $0 + UInt64(Self.record($1).count) })
        while true {
            let page = try engine.beginRead(
                stream, from: .position(next), maxBytes: pageBytes, blocking: true)
            var bytes = [UInt8](repeating: 0, count: page.run.byteCount)
            try bytes.withUnsafeMutableBytes { try page.run.gatherBlocking(into: $0) }
            var expected: [UInt8] = []
            while number < Int(page.end.record) {
                expected += Self.record(number)
                number += 1
            }
            guard bytes == expected else { throw OtherBytes(name: name, start: next) }
            state.withLock { $0.pages += 1 }
            next = page.end
            if page.isUpToDate { return number }
        }
    }
}

/// A page had other bytes than were appended.
private struct OtherBytes: Error {
    let name: String
    let start: StreamPosition
}
