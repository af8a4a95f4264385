import Testing
import VarveLog
import VarvePlatform
import VarveSimulation

@testable import VarveStreams

@Suite("Forks against a plain model", .timeLimit(.minutes(30)))
struct ForkModelTests {
    @Test(
        "random forks, appends, deletions and losses of power give what copying would give",
        arguments: 1...10 as ClosedRange<UInt64>)
    func model(_ seed: UInt64) throws {
        let run = try ForkRun(seed: seed)
        for _ in 0..<400 { try run.step() }
        try run.compareAll()
        #expect(run.forked > 8)
        let report = try run.verify()
        #expect(report.damages.isEmpty)
    }
}

/// Random operations on an engine, and on a model in which a fork copies its source.
private final class ForkRun {
    /// A stream of the model.
    private struct Node {
        let id: StreamID
        let source: StreamID?
        var messages: [String]
        let shared: Int
        var isDeleted = false

        init(id: StreamID, source: StreamID?, messages: [String]) {
            self.id = id
            self.source = source
            self.messages = messages
            shared = source == nil ? 0 : messages.count
        }

        /// Behind the first `count` messages.
        func position(_ count: Int) -> StreamPosition {
            let bytes = messages[..<count].reduce(0) { $0 + $1.utf8.count + 1 }
            return StreamPosition(record: UInt64(count), byte: UInt64(bytes))
        }

        /// The bytes that are its own.
        var ownBytes: UInt64 { position(messages.count).byte - position(shared).byte }
    }

    private let volume = SimulatedVolume()
    private let fixture: EngineFixture
    private let random: SeededRandom
    private var nodes: [String: Node] = [:]
    /// The model after each change since everything was durable.
    private var history: [[String: Node]] = [[:]]
    private var counter = 0
    private(set) var forked = 0

    private static let names = ["a", "b", "c/d", "e", "f", "g", "h", "i", "j"]

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        fixture = try EngineFixture(volume: volume)
    }

    private func below(_ bound: Int) -> Int { random.next(below: bound) }

    /// Whether the stream is there for anyone, its forks included.
    private func exists(_ node: Node) -> Bool {
        !node.isDeleted || nodes.values.contains { $0.source == node.id && exists($0) }
    }

    private func message() -> String {
        counter += 1
        return "\"\(counter)\(String(repeating: "x", count: below(20)))\""
    }

    func step() throws {
        let name = Self.names[below(Self.names.count)]
        switch below(16) {
        case 0...1: try create(name)
        case 2...5: try fork(name, of: Self.names[below(Self.names.count)])
        case 6...8: try append(name)
        case 9...11: try delete(name)
        case 12...14: try compare(name)
        default: try restart()
        }
        nodes = nodes.filter { exists($0.value) }
        history.append(nodes)
    }

    private func commit() throws {
        try fixture.commit()
        history = [nodes]
    }

    private func create(_ name: String) throws {
        guard nodes[name] == nil else { return }
        let messages = (0..<below(3)).map { _ in message() }
        try fixture.create(
            name, type: "application/json", body: "[" + messages.joined(separator: ",") + "]")
        nodes[name] = Node(id: try id(name), source: nil, messages: messages)
    }

    private func id(_ name: String) throws -> StreamID {
        try fixture.find(name).id
    }

    private func fork(_ name: String, of sourceName: String) throws {
        let own = below(2) == 0 ? [message()] : []
        let source = nodes[sourceName]
        let count = source.map { below($0.messages.count + 1) } ?? 0
        let cut = source.map { below($0.messages.count - count + 1) } ?? 0
        let isAtTail = below(3) == 0
        let refusal = fixture.refusal {
            try fixture.create(
                name, body: "[" + own.joined() + "]", forkOf: sourceName,
                at: isAtTail ? nil : source?.position(count) ?? .start,
                sub: isAtTail ? 0 : UInt64(cut))
        }
        if let existing = nodes[name] {
            // The same request by chance, or another one.
            if existing.isDeleted { #expect(refusal?.error == .nameHeld) }
            return
        }
        guard let source else {
            #expect(refusal?.error == .forkSourceNotFound)
            return
        }
        if source.isDeleted {
            #expect(refusal?.error == .forkSourceDeleted)
            return
        }
        #expect(refusal == nil)
        forked += 1
        let taken = isAtTail ? source.messages.count : count + cut
        var node = Node(
            id: try id(name), source: source.id, messages: Array(source.messages[..<taken])
        )
        node.messages += own
        nodes[name] = node
    }

    private func append(_ name: String) throws {
        let messages = (0...below(3)).map { _ in message() }
        let refusal = fixture.refusal {
            try fixture.append(
                name, "[" + messages.joined(separator: ",") + "]", type: "application/json")
        }
        guard let node = nodes[name] else { return #expect(refusal?.error == .notFound) }
        if node.isDeleted { return #expect(refusal?.error == .deleted) }
        #expect(refusal == nil)
        nodes[name]?.messages += messages
    }

    private func delete(_ name: String) throws {
        let refusal = fixture.refusal { try fixture.delete(name) }
        guard let node = nodes[name] else { return #expect(refusal?.error == .notFound) }
        if node.isDeleted { return #expect(refusal?.error == .deleted) }
        #expect(refusal == nil)
        nodes[name]?.isDeleted = true
    }

    private func restart() throws {
        if below(2) == 0 {
            try fixture.reopen()
            history = [nodes]
        } else {
            try losePower()
        }
        try compareAll()
    }

    /// Some of the last changes are gone, but none before the last commit, and none without those
    /// behind it.
    private func losePower() throws {
        try fixture.losePower(volume, seed: random.next())
        let found = try contents()
        let match = history.lastIndex { $0.mapValues { Self.contents(of: $0) } == found }
        nodes = history[try #require(match, "no state that ever was")]
        history = [nodes]
    }

    /// What tells a stream from every other state of its name.
    private struct Contents: Equatable {
        var id: StreamID
        /// Nil for one that was deleted.
        var text: String?
    }

    private static func contents(of node: Node) -> Contents {
        let text = node.messages.map { $0 + "," }.joined()
        return Contents(id: node.id, text: node.isDeleted ? nil : text)
    }

    private func contents() throws -> [String: Contents] {
        var contents: [String: Contents] = [:]
        for name in Self.names {
            guard let stream = try? fixture.find(name) else { continue }
            let refusal = fixture.refusal { _ = try fixture.head(name) }
            let text = refusal == nil ? try fixture.read(name).text : nil
            contents[name] = Contents(id: stream.id, text: text)
        }
        return contents
    }

    func compareAll() throws {
        for name in Self.names { try compare(name) }
        #expect(fixture.engine.streamCount == nodes.count)
        #expect(fixture.engine.totalBytes == nodes.values.reduce(0) { $0 + $1.ownBytes })
    }

    private func compare(_ name: String) throws {
        try commit()
        guard let node = nodes[name], !node.isDeleted else {
            let refusal = fixture.refusal { _ = try fixture.head(name) }
            #expect(refusal?.error == (nodes[name] == nil ? .notFound : .deleted))
            return
        }
        // In pages of any size, down to one message.
        var next = ReadStart.start
        var text = ""
        while true {
            let (part, page) = try fixture.read(name, from: next, maxBytes: 1 + below(60))
            text += part
            if page.isUpToDate { break }
            next = .position(page.end)
        }
        #expect(text == node.messages.map { $0 + "," }.joined())
        let stream = try fixture.find(name).log
        let (tail, head) = stream.withLock { ($0.tail, $0.head) }
        #expect(tail == node.position(node.messages.count))
        #expect(try fixture.engine.log.verify(stream).hash == head)
        let records = try fixture.engine.log.read(stream, check: .nearest).records
        #expect(records.map { String(decoding: $0.payload, as: UTF8.self) } == node.messages)
        let middle = below(node.messages.count + 1)
        let rest = try fixture.read(name, from: .position(node.position(middle))).text
        #expect(rest == node.messages[middle...].map { $0 + "," }.joined())
    }

    /// Closes the log and verifies it.
    func verify() throws -> VerificationReport {
        fixture.engine.close()
        return try LogVerifier.verify(volume: volume)
    }
}
