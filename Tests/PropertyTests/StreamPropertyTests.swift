import Testing
import VarveLog
import VarvePlatform
import VarveStorage

@testable import VarveStreams

@Suite("Streams against a plain model", .timeLimit(.minutes(30)))
struct StreamPropertyTests {
    @Test(
        "random operations, restarts and the passing of time give what the model gives",
        arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func model(_ seed: UInt64) throws {
        let run = try ModelRun(seed: seed)
        for _ in 0..<1500 { try run.step() }
        try run.compareAll()
        #expect(run.accepted > 200)
    }
}

/// One run of random operations on an engine and on the model.
private final class ModelRun {
    private let random: SeededRandom
    private let clock = ManualClock()
    private let volume = MemoryVolume()
    private var storage: MemoryStreamStorage
    private var model = StreamModel()
    private(set) var accepted = 0

    private static let names = ["a", "b/c", "d", "e/f/g"]
    private static let types = ["text/plain", "application/json"]

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        storage = try Self.open(volume, clock, random)
    }

    deinit {
        storage.close()
    }

    private static func open(
        _ volume: MemoryVolume, _ clock: ManualClock, _ random: SeededRandom
    ) throws -> MemoryStreamStorage {
        var logOptions = LogOptions()
        logOptions.durability = .os
        logOptions.fileBytes = 256 << 10
        return try MemoryStreamStorage(
            volume: volume, logOptions: logOptions, maxTotalBytes: nil, maxStreamBytes: nil,
            clock: clock, random: random)
    }

    private func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    private func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
    private var now: UInt64 { clock.wallMilliseconds() }

    /// One random operation on both.
    func step() throws {
        switch below(100) {
        case 0..<12: try create(pick(Self.names))
        case 12..<70: try append(pick(Self.names))
        case 70..<76: try delete(pick(Self.names))
        case 76..<90: try compare(pick(Self.names))
        case 90..<96: clock.advance(milliseconds: UInt64(below(2500)))
        case 96..<98: _ = storage.cleanupExpiredStreams()
        default: try restart()
        }
    }

    func compareAll() throws {
        for name in Self.names { try compare(name) }
    }

    /// Takes a stream out of the model when its time is over, asking the engine where the model
    /// does not know.
    private func settleExpiry(_ name: String) {
        guard let stream = model.streams[name] else { return }
        if now >= stream.deadline.upperBound {
            model.streams[name] = nil
        } else if now >= stream.deadline.lowerBound, !storage.exists(name) {
            model.streams[name] = nil
        }
    }

    private func create(_ name: String) throws {
        settleExpiry(name)
        let window: UInt64? = pick([nil, nil, 4, 40])
        let closes = below(10) == 0
        let type = pick(Self.types)
        let messages = below(2) == 0 ? [] : [Array("7".utf8)]
        let configuration = StreamConfiguration(
            contentType: type, lifetime: window.map { .timeToLive(seconds: $0) } ?? .unlimited)
        let result = Result {
            try storage.createStreamWithData(
                name, configuration, messages: messages, shouldClose: closes)
        }
        guard let existing = model.streams[name] else {
            var stream = StreamModel.Stream(type: type, window: window.map { $0 * 1000 })
            stream.messages = messages
            stream.isClosed = closes
            if let window { stream.deadline = (now + window * 1000)...(now + window * 1000) }
            model.streams[name] = stream
            #expect(try result.get().status == .created)
            return
        }
        let isSame =
            existing.type == type && existing.window == window.map { $0 * 1000 }
            && existing.isClosed == closes
        if isSame {
            #expect(try result.get().status == .alreadyExists)
        } else {
            #expect(throws: StreamStorageError.configMismatch) { try result.get() }
        }
    }

    private func append(_ name: String) throws {
        settleExpiry(name)
        let type = below(12) == 0 ? pick(Self.types) : model.streams[name]?.type ?? "text/plain"
        let closes = below(40) == 0
        let messages = (0..<(closes ? below(3) : 1 + below(3))).map { _ in
            Array(String(below(1000)).utf8)
        }
        var producer: Producer?
        if below(2) == 0 {
            let id = pick(["p", "q", "r"])
            let known = model.streams[name]?.producers[id]
            let next = known.map { $0.sequence + 1 } ?? 0
            producer = Producer(
                id: id, epoch: pick([known?.epoch ?? 0, known?.epoch ?? 0, UInt64(below(3))]),
                sequence: pick([next, next, next, UInt64(below(4))]))
        }
        let sequence: String? = below(8) == 0 ? String(below(100)) : nil
        let expected = model.append(
            name, messages, type: type, producer: producer, closes: closes, sequence: sequence,
            now: now)
        if expected == .accepted { accepted += 1 }
        let actual = send(name, messages, type, producer, closes, sequence)
        #expect(actual == expected)
    }

    private func send(
        _ name: String, _ messages: [[UInt8]], _ type: String, _ producer: Producer?,
        _ closes: Bool, _ sequence: String?
    ) -> StreamModel.Verdict {
        do throws(StreamStorageError) {
            if let producer {
                let receipt = try storage.appendWithProducer(
                    name, messages, contentType: type, producer: producer, shouldClose: closes,
                    sequence: sequence)
                return receipt.status == .accepted ? .accepted : .duplicate
            }
            let outcome = try storage.append(
                name, messages, type, producer: nil, closes: closes, sequence)
            return outcome.kind == .closedAgain ? .duplicate : .accepted
        } catch {
            return .refused(error)
        }
    }

    private func delete(_ name: String) throws {
        settleExpiry(name)
        let result = Result { try storage.delete(name) }
        if model.streams.removeValue(forKey: name) == nil {
            #expect(throws: StreamStorageError.notFound) { try result.get() }
        } else {
            #expect(throws: Never.self) { try result.get() }
        }
    }

    private func compare(_ name: String) throws {
        settleExpiry(name)
        guard let stream = model.streams[name] else {
            #expect(throws: StreamStorageError.notFound) { try storage.read(name) }
            return
        }
        let page = try storage.read(name)
        model.streams[name]?.touch(now)
        #expect(page.messages == stream.messages)
        #expect(page.isClosed == stream.isClosed)
        #expect(page.isAtTail)
        let head = try storage.head(name)
        #expect(head.messageCount == UInt64(stream.messages.count))
        let separators = stream.type == "application/json" ? stream.messages.count : 0
        let bytes = stream.messages.reduce(0) { $0 + $1.count }
        #expect(head.totalBytes == UInt64(bytes + separators))
        #expect(head.nextOffset == page.nextOffset)
    }

    private func restart() throws {
        if below(2) == 0 {
            storage.close()
        } else {
            // Everything acknowledged is durable, so a crash takes nothing back.
            storage.engine.log.abandon()
            storage.close()
        }
        storage = try Self.open(volume, clock, random)
        model.restart()
    }
}
