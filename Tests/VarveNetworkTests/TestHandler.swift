import VarveHTTP

@testable import VarveNetwork

/// Does what the path of a request says.
final class TestHandler: RequestHandler {
    private let journal: Journal
    /// The owners of parked requests and streams, newest last.
    var owners: [TestOwner] = []
    /// Memory that pinned bodies lie in; zeros, never written.
    nonisolated(unsafe) static let pinnedBytes = {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 << 20, alignment: 16)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        return bytes
    }()

    init(_ journal: Journal) {
        self.journal = journal
    }

    func handle(_ request: borrowing RequestView, _ exchange: Exchange) {
        let path = String(decoding: request.path, as: UTF8.self)
        journal.note("\(request.method) \(path) \(request.body.count)")
        let parts = path.split(separator: "/")
        let number = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        switch parts.first {
        case "echo": exchange.respond(.ok, body: request.body) { _ in }
        case "empty": exchange.respond(.ok) { _ in }
        case "gate":
            exchange.respond(.noContent, gate: UInt64(number)) {
                $0.header("Gate", decimal: UInt64(number))
            }
        case "large": respondLarge(number, exchange)
        case "pieces": respondPieces(parts.dropFirst().compactMap { Int($0) }, gate: 0, exchange)
        case "gatedPieces":
            respondPieces(
                parts.dropFirst(2).compactMap { Int($0) }, gate: UInt64(number), exchange)
        case "short": respondShort(number, exchange)
        case "park": park(exchange, endsWithPeer: true)
        case "work": park(exchange, endsWithPeer: false)
        case "stream": stream(exchange)
        case "none": break
        default: exchange.respond(.notFound) { _ in }
        }
    }

    func takesLargeBody(_ request: borrowing RequestView) -> Bool {
        request.path.elementsEqual("/echo/large".utf8)
    }

    private func park(_ exchange: Exchange, endsWithPeer: Bool) {
        let owner = TestOwner(journal, exchange)
        guard exchange.park(owner: owner, endsWithPeer: endsWithPeer) else {
            return exchange.respond(.serviceUnavailable) { _ in }
        }
        owners.append(owner)
    }

    private func stream(_ exchange: Exchange) {
        let owner = TestOwner(journal, exchange)
        let isOpen = exchange.startStream(owner: owner) {
            $0.header("Content-Type", "text/event-stream")
        }
        guard isOpen else { return exchange.respond(.serviceUnavailable) { _ in } }
        owner.isStream = true
        owners.append(owner)
    }

    private func respondPieces(_ sizes: [Int], gate: UInt64, _ exchange: Exchange) {
        let body = PieceBody(sizes)
        exchange.respond(.ok, gate: gate, slices: body.slices(journal)) { _ in }
    }

    /// Promises so many bytes of a file as it has, and a thousand more.
    private func respondShort(_ count: Int, _ exchange: Exchange) {
        let slice = BodySlice(
            owner: PinnedOwner(journal, "closed"), descriptor: PatternFile.shared.raw,
            offset: UInt64(PatternFile.pattern.count - count), count: count + 1000)
        let end = BodySlice(
            owner: nil, bytes: UnsafeRawBufferPointer(rebasing: PatternFile.memory[..<3]))
        exchange.respond(.ok, slices: [slice, end]) { _ in }
    }

    private func respondLarge(_ size: Int, _ exchange: Exchange) {
        let slices = stride(from: 0, to: size, by: 1 << 20).map { start in
            BodySlice(
                owner: PinnedOwner(journal),
                bytes: UnsafeRawBufferPointer(
                    rebasing: Self.pinnedBytes[start..<min(size, start + (1 << 20))]))
        }
        exchange.respond(.ok, slices: slices) { _ in }
    }
}

/// Notes when it is let go.
final class PinnedOwner {
    private let journal: Journal
    private let line: String

    init(_ journal: Journal, _ line: String = "unpinned") {
        self.journal = journal
        self.line = line
    }

    deinit {
        journal.note(line)
    }
}

/// Notes what it is told.
final class TestOwner: ExchangeOwner, TimerOwner {
    let journal: Journal
    let exchange: Exchange
    var isStream = false

    init(_ journal: Journal, _ exchange: Exchange) {
        self.journal = journal
        self.exchange = exchange
    }

    func gone() { journal.note("gone") }
    func writable() { journal.note("writable") }

    func timerFired() {
        journal.note("timer")
        exchange.respond(.noContent) { _ in }
    }

    func finish() {
        journal.note("finish")
        if isStream { exchange.endStream() } else { exchange.respond(.noContent) { _ in } }
    }
}

extension TestServer {
    /// Runs `body` on the first loop with the owner that came last.
    func withOwner<R: Sendable>(_ body: @escaping @Sendable (TestOwner, EventLoop) -> R) -> R? {
        onLoop { loop in
            guard let handler = loop.handler as? TestHandler, let owner = handler.owners.last else {
                return nil
            }
            return body(owner, loop)
        }
    }

    /// Writes to the stream that was opened last.
    func write(_ text: String) -> Bool? {
        withOwner { owner, _ in
            var text = text
            return text.withUTF8 {
                owner.exchange.writeStream(SharedBytes(copying: UnsafeRawBufferPointer($0)))
            }
        }
    }
}
