import Testing
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveStreams

@Suite("Streams over a disk that loses power", .timeLimit(.minutes(10)))
struct PowerLossTests {
    @Test(
        "data and producer state are never torn apart, nothing acknowledged is lost",
        arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func powerLoss(_ seed: UInt64) throws {
        let work = ProducerWorkload(seed: seed)
        for cycle in 0..<15 as Range<UInt64> {
            try work.open()
            try work.check()
            try work.operate()
            work.crash(seed &* 1000 &+ cycle)
        }
        try work.open()
        try work.check()
        #expect(work.acknowledgedAppends > 40)
        work.close()
    }
}

/// Streams that each have one producer, whose append number k brings the message k: so the messages
/// say which state the producer must be in.
private final class ProducerWorkload {
    private struct Expectation {
        /// How many appends were acknowledged.
        var acknowledged: UInt64 = 0
        /// How many were sent.
        var sent: UInt64 = 0
        /// Whether a closing was sent, and acknowledged.
        var isClosing = false
        var isClosed = false
    }

    private let random: SeededRandom
    private let disk = SimulatedVolume()
    private let clock = ManualClock()
    private var storage: EngineStorage?
    private var expected: [String: Expectation] = [:]
    /// Names whose deletion was acknowledged and that were not created again.
    private var deleted: Set<String> = []
    private(set) var acknowledgedAppends = 0

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    private func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    func open() throws {
        var options = LogOptions()
        options.fileBytes = 256 << 10
        storage = try EngineStorage(
            volume: disk, logOptions: options, maxTotalBytes: nil, maxStreamBytes: nil,
            clock: clock, random: random)
    }

    func close() {
        storage?.close()
        storage = nil
    }

    /// The power goes, with whatever was not synced.
    func crash(_ seed: UInt64) {
        storage?.engine.log.abandon()
        storage?.close()
        storage = nil
        disk.crash(below(4) == 0 ? .losingAll : .random(seed: seed))
    }

    /// Acknowledged operations, and at the end some that are staged and not waited for.
    func operate() throws {
        for _ in 0..<below(25) { try step(waits: true) }
        for _ in 0..<below(6) { try step(waits: false) }
        // What was not waited for may be on its way to the disk or not.
        if below(2) == 0 { storage?.engine.log.requestCommit() }
    }

    private func step(waits: Bool) throws {
        let storage = try #require(self.storage)
        let name = "s\(below(4))"
        guard var state = expected[name] else {
            // Created and waited for, so that a name is either there or not.
            try storage.createStream(name, StreamConfiguration(contentType: "application/json"))
            expected[name] = Expectation()
            deleted.remove(name)
            return
        }
        if waits, below(15) == 0 {
            try storage.delete(name)
            expected[name] = nil
            deleted.insert(name)
            return
        }
        if state.isClosing { return }
        let closes = below(25) == 0
        try send(name, sequence: state.sent, closes: closes, waits: waits)
        state.sent += 1
        state.isClosing = closes
        if waits {
            state.acknowledged = state.sent
            state.isClosed = closes
            acknowledgedAppends += 1
        }
        expected[name] = state
    }

    private func send(_ name: String, sequence: UInt64, closes: Bool, waits: Bool) throws {
        let storage = try #require(self.storage)
        let message = Array(String(sequence).utf8)
        let producer = Producer(id: "p", epoch: 0, sequence: sequence)
        if waits {
            let receipt = try storage.appendWithProducer(
                name, [message], contentType: "application/json", producer: producer,
                shouldClose: closes, sequence: nil)
            #expect(receipt.status == .accepted)
            return
        }
        try PackedMessages.with([Array(name.utf8), Array("application/json".utf8), [0x70], message])
        {
            let stream = try storage.engine.lookUp($0[0])
            var command = AppendCommand()
            command.content = .body($0[3])
            command.contentType = $0[1]
            command.producer = ProducerTuple(id: $0[2], epoch: 0, sequence: sequence)
            command.closes = closes
            _ = try storage.engine.append(command, to: stream)
        }
    }

    /// What was recovered holds everything acknowledged, whole, and a producer that knows exactly
    /// the messages that are there.
    func check() throws {
        let storage = try #require(self.storage)
        for name in deleted { #expect(!storage.exists(name)) }
        for (name, state) in expected {
            let page = try storage.read(name)
            let count = UInt64(page.messages.count)
            #expect(page.messages == (0..<count).map { Array(String($0).utf8) })
            #expect(count >= state.acknowledged && count <= state.sent)
            #expect(page.isClosed || !state.isClosed)
            #expect(!page.isClosed || (state.isClosing && count == state.sent))
            if count > 0, !page.isClosed {
                let again = try storage.appendWithProducer(
                    name, [[0x78]], contentType: "application/json",
                    producer: Producer(id: "p", epoch: 0, sequence: 0), shouldClose: false,
                    sequence: nil)
                #expect(again.status == .duplicate)
                #expect(again.sequence == count - 1)
            }
            expected[name] = Expectation(
                acknowledged: count, sent: count, isClosing: page.isClosed,
                isClosed: page.isClosed)
        }
        var stored: UInt64 = 0
        for stream in try storage.listStreams(prefix: "", after: nil, limit: 100) {
            #expect(expected[stream.name] != nil)
            stored += stream.metadata.totalBytes
        }
        #expect(storage.totalBytes == stored)
    }
}
