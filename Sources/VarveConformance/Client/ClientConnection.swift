// A blocking TCP connection that sends exactly the bytes it is given and reads HTTP/1.1 responses.
//
// The conformance cases must be able to say malformed things and to see every byte of an answer,
// which no HTTP library allows. Every receive has a time limit, so a server that never answers
// fails the case instead of hanging it.

import VarvePlatform

/// What went wrong between the case and the server.
package enum ConnectionFailure: Error, CustomStringConvertible {
    /// The connection broke, with this error number.
    case broken(code: Int32)
    /// Nothing arrived within the connection's time limit; what had arrived until then.
    case timedOut(received: String)
    /// The server closed the connection before the response was complete; what had arrived until
    /// then.
    case closedEarly(received: String)
    /// The response is not HTTP/1.1.
    case malformed(String)

    package var description: String {
        switch self {
        case .broken(let code): "the connection broke, error number \(code)"
        case .timedOut(let received): "no complete answer in time, only: \(Self.brief(received))"
        case .closedEarly(let received): "closed too early, only: \(Self.brief(received))"
        case .malformed(let text): "not HTTP/1.1: \(Self.brief(text))"
        }
    }

    /// As much of `text` as helps to understand a failure.
    private static func brief(_ text: String) -> String {
        text.utf8.count <= 500
            ? text.debugDescription
            : "\(text.prefix(500).debugDescription)… \(text.utf8.count) bytes"
    }
}

/// One client connection; used by one case at a time.
package final class ClientConnection {
    /// Seconds that one receive waits before the case fails.
    package static let patienceSeconds = 60
    private static let bufferBytes = 256 << 10

    private var descriptor: Descriptor?
    private let socket: Int32
    private let poller: Poller
    private let events: UnsafeMutableBufferPointer<PollEvent>
    private var unread: [UInt8] = []
    private var isAtEnd = false

    /// Connects to `place`.
    package init(_ place: ServerPlace) throws {
        poller = try Poller()
        events = .allocate(capacity: 1)
        events.initialize(repeating: PollEvent())
        let opened = try Socket.connect(host: place.host, port: place.port)
        socket = opened.raw
        descriptor = consume opened
        try poller.add(socket, token: 0, for: [.readable, .writable, .peerClosed])
        try waitForEvent()
        let code = Socket.takeError(socket)
        guard code == 0 else { throw ConnectionFailure.broken(code: code) }
        try Socket.setNoDelay(socket)
    }

    deinit { events.deallocate() }

    /// Sends all of `bytes`; a server that has closed meanwhile is an error.
    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let result = bytes.withUnsafeBytes {
                Socket.send(socket, UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            switch result {
            case .bytes(let count): sent += count
            case .wouldBlock: try waitForEvent()
            case .closed: throw ConnectionFailure.closedEarly(received: "")
            case .failed(let code): throw ConnectionFailure.broken(code: code)
            }
        }
    }

    /// Sends the UTF-8 bytes of `text`.
    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends `bytes` and ignores a server that answered and closed before it had taken all of them.
    package func sendTolerantly(_ bytes: [UInt8]) {
        try? send(bytes)
    }

    /// Tells the server that nothing more will be sent (a half-close).
    func finishSending() { Socket.shutdownWrite(socket) }

    /// Closes with a reset instead of an orderly end, as a client that dies does. Nothing can be
    /// done with the connection afterwards.
    package func reset() {
        try? Socket.setResetOnClose(socket)
        descriptor = nil
    }

    /// Limits the receive buffer, so that this client becomes a slow reader soon.
    func setReceiveBuffer(bytes: Int32) throws {
        try Socket.setReceiveBuffer(socket, bytes: bytes)
    }

    /// Reads one response; `toHead` says that the request was a HEAD, whose response has no body.
    ///
    /// Interim responses (1xx) are skipped and listed in the reply.
    package func readReply(toHead: Bool = false) throws -> Reply {
        var interim: [Int] = []
        while true {
            var reply = try readHead()
            if reply.status >= 100 && reply.status < 200 {
                interim.append(reply.status)
                continue
            }
            reply.interim = interim
            if !toHead { reply.body = try readBody(of: reply) }
            return reply
        }
    }

    /// Reads the body that the response with this head has.
    package func readBody(of head: Reply) throws -> [UInt8] {
        if head.status == 204 || head.status == 304 { return [] }
        if head["transfer-encoding"]?.lowercased() == "chunked" {
            return try readChunks(until: { _ in false }).payload
        }
        if let length = head["content-length"].flatMap(Int.init) { return try take(length) }
        return try readToEnd()
    }

    /// Reads a response head and leaves its body unread: for streams that do not end.
    package func readHead() throws -> Reply {
        let terminator = Array("\r\n\r\n".utf8)
        var searched = 0
        while true {
            if let end = unread.firstIndex(of: terminator, from: searched) {
                let head = try take(end + terminator.count)
                guard let reply = Reply(head: String(decoding: head, as: UTF8.self)) else {
                    throw ConnectionFailure.malformed(String(decoding: head, as: UTF8.self))
                }
                return reply
            }
            searched = max(0, unread.count - terminator.count)
            try fill()
        }
    }

    /// Reads the chunks of a chunked body until `isEnough` says so of the payload so far, or the
    /// body ends.
    ///
    /// Returns the payload and whether the body ended.
    package func readChunks(
        appendingTo payload: [UInt8] = [], until isEnough: ([UInt8]) -> Bool
    ) throws -> (payload: [UInt8], ended: Bool) {
        var payload = payload
        while !isEnough(payload) {
            let line = try takeLine()
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else {
                throw ConnectionFailure.malformed(line)
            }
            payload += try take(size)
            guard try takeLine().isEmpty else { throw ConnectionFailure.malformed("chunk end") }
            if size == 0 { return (payload, true) }
        }
        return (payload, false)
    }

    /// Whatever the server sends until it closes.
    package func readToEnd() throws -> [UInt8] {
        while !isAtEnd {
            do { try fill() } catch ConnectionFailure.closedEarly { break }
        }
        defer { unread.removeAll() }
        return unread
    }

    /// True when the server closes without sending anything more, within the time limit.
    package func isClosedByServer() throws -> Bool {
        guard unread.isEmpty else { return false }
        do {
            try fill()
            return false
        } catch ConnectionFailure.closedEarly {
            return true
        } catch ConnectionFailure.broken(ErrorNumber.connectionReset) {
            return true
        }
    }

    /// True when a byte is waiting to be read or the end has come, without waiting for either.
    var hasInput: Bool {
        if unread.isEmpty && !isAtEnd { _ = receive() }
        return !unread.isEmpty || isAtEnd
    }

    private func takeLine() throws -> String {
        let terminator = Array("\r\n".utf8)
        while true {
            if let end = unread.firstIndex(of: terminator, from: 0) {
                let line = try take(end)
                _ = try take(2)
                return String(decoding: line, as: UTF8.self)
            }
            try fill()
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while unread.count < count { try fill() }
        defer { unread.removeFirst(count) }
        return Array(unread[..<count])
    }

    private func fill() throws {
        while true {
            switch receive() {
            case .bytes: return
            case .wouldBlock: try waitForEvent()
            case .closed: throw ConnectionFailure.closedEarly(received: receivedText)
            case .failed(let code): throw ConnectionFailure.broken(code: code)
            }
        }
    }

    /// Adds what has arrived to `unread`.
    private func receive() -> IOResult {
        withUnsafeTemporaryAllocation(byteCount: Self.bufferBytes, alignment: 16) { buffer in
            let result = Socket.receive(socket, into: buffer)
            if case .bytes(let count) = result { unread += buffer[..<count] }
            if case .closed = result { isAtEnd = true }
            return result
        }
    }

    /// Waits until the connection has changed.
    private func waitForEvent() throws {
        let clock = SystemClock()
        let end = clock.monotonicNanoseconds() + UInt64(Self.patienceSeconds) * 1_000_000_000
        while true {
            let now = clock.monotonicNanoseconds()
            guard now < end else { throw ConnectionFailure.timedOut(received: receivedText) }
            let left = Int32((end - now) / 1_000_000 + 1)
            if try poller.wait(into: events, timeoutMilliseconds: left) > 0 { return }
        }
    }

    private var receivedText: String { String(decoding: unread, as: UTF8.self) }
}

extension [UInt8] {
    /// The index of the first occurrence of `needle` at or after `start`.
    func firstIndex(of needle: [UInt8], from start: Int) -> Int? {
        guard count >= needle.count, start <= count - needle.count else { return nil }
        return (start...(count - needle.count)).first { index in
            self[index..<(index + needle.count)].elementsEqual(needle)
        }
    }
}
