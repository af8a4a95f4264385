// A blocking TCP connection that sends exactly the bytes it is given and reads HTTP/1.1 responses.
//
// The conformance cases must be able to say malformed things and to see every byte of an answer,
// which no HTTP library allows. Every receive has a time limit, so a server that never answers
// fails the case instead of hanging it.

import Glibc

/// What went wrong between the test and the server.
enum ConnectionFailure: Error, CustomStringConvertible {
    /// A socket call failed; the name of the call and its error number.
    case system(String, Int32)
    /// Nothing arrived within the connection's time limit; what had arrived until then.
    case timedOut(received: String)
    /// The server closed the connection before the response was complete; what had arrived until
    /// then.
    case closedEarly(received: String)
    /// The response is not HTTP/1.1.
    case malformed(String)

    var description: String {
        switch self {
        case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
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

/// One client connection; used by one test at a time.
final class ClientConnection {
    /// Seconds that one receive waits before the case fails.
    static let patienceSeconds = 20

    private let descriptor: Int32
    private var unread: [UInt8] = []
    private(set) var isAtEnd = false

    /// Connects to `host` (an IPv4 address) at `port`.
    init(host: String = "127.0.0.1", port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw ConnectionFailure.system("socket", errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw ConnectionFailure.system("connect", errno) }
        var on: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        setPatience(seconds: Self.patienceSeconds)
    }

    deinit { close(descriptor) }

    /// Sends all of `bytes`; a server that has closed meanwhile is an error.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress! + sent, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw ConnectionFailure.system("send", errno) }
            sent += count
        }
    }

    /// Sends the UTF-8 bytes of `text`.
    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends `bytes` and ignores a server that answered and closed before it had taken all of them.
    func sendTolerantly(_ bytes: [UInt8]) {
        try? send(bytes)
    }

    /// Tells the server that nothing more will be sent (a half-close).
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes with a reset instead of an orderly end, as a client that dies does.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Limits the receive buffer, so that this client becomes a slow reader soon.
    func setReceiveBuffer(bytes: Int32) {
        var size = bytes
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Reads one response; `toHead` says that the request was a HEAD, whose response has no body.
    ///
    /// Interim responses (1xx) are skipped and listed in the reply.
    func readReply(toHead: Bool = false) throws -> Reply {
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
    func readBody(of head: Reply) throws -> [UInt8] {
        if head.status == 204 || head.status == 304 { return [] }
        if head["transfer-encoding"]?.lowercased() == "chunked" {
            return try readChunks(until: { _ in false }).payload
        }
        if let length = head["content-length"].flatMap(Int.init) { return try take(length) }
        return try readToEnd()
    }

    /// Reads a response head and leaves its body unread: for streams that do not end.
    func readHead() throws -> Reply {
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
    func readChunks(
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
    func readToEnd() throws -> [UInt8] {
        while !isAtEnd {
            do { try fill() } catch ConnectionFailure.closedEarly { break }
        }
        defer { unread.removeAll() }
        return unread
    }

    /// True when the server closes without sending anything more, within the time limit.
    func isClosedByServer() throws -> Bool {
        guard unread.isEmpty else { return false }
        do {
            try fill()
            return false
        } catch ConnectionFailure.closedEarly {
            return true
        } catch ConnectionFailure.system(_, ECONNRESET) {
            return true
        }
    }

    /// True when a byte is waiting to be read or the end has come, without waiting for either.
    var hasInput: Bool {
        if !unread.isEmpty || isAtEnd { return true }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) > 0
    }

    private func setPatience(seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
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
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 {
            unread += buffer[..<count]
        } else if count == 0 {
            isAtEnd = true
            throw ConnectionFailure.closedEarly(received: String(decoding: unread, as: UTF8.self))
        } else if errno == EAGAIN {
            throw ConnectionFailure.timedOut(received: String(decoding: unread, as: UTF8.self))
        } else if errno != EINTR {
            throw ConnectionFailure.system("recv", errno)
        }
    }
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
