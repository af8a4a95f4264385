import Foundation
import Glibc

/// A blocking HTTP/1.1 client over one socket that adds nothing to what the test sends and keeps
/// everything the server answers. Owned by one thread; a call that waits longer than its limit
/// throws.
package final class RawConnection {
    /// One answer of the server.
    package struct Response: Sendable {
        /// The status code.
        package let status: Int
        /// The headers, names in lower case; a repeated one keeps its last value.
        package let headers: [String: String]
        /// The whole body.
        package let body: [UInt8]

        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// What kept a call from its answer.
    package enum Failure: Error {
        /// No connection could be made.
        case notConnected(code: Int32)
        /// The connection ended, or an error of the socket ended it.
        case lost(code: Int32)
        /// The server's bytes are not an HTTP response.
        case malformed(String)
    }

    private let descriptor: Int32
    private var received: [UInt8] = []
    private var consumed = 0

    /// Connects to `port` of this machine's loopback address.
    package init(port: UInt16, seconds: Int = 120) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        var address = Loopback.address(port: port)
        let outcome = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if outcome != 0 {
            // An initialiser that throws when everything is set runs `deinit`: it closes.
            throw Failure.notConnected(code: errno)
        }
    }

    deinit { close(descriptor) }

    /// Sends one request and reads its answer.
    package func request(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) throws -> Response {
        try send(method, target, headers: headers, body: body)
        return try receive(bodyless: method == "HEAD")
    }

    /// Sends one request without waiting for its answer.
    package func send(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) throws {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        try send(Array((head + "\r\n").utf8) + (body ?? []))
    }

    /// Sends `bytes` as they are.
    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure.lost(code: errno) }
            sent += count
        }
    }

    /// Whether something has come that was not read yet, or the server has ended the connection.
    package var hasInput: Bool {
        if consumed < received.count { return true }
        var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&place, 1, 0) > 0
    }

    /// Reads the next answer; `bodyless` is that of a HEAD, whose Content-Length announces nothing.
    /// Of a chunked answer it is the head; the chunks are then to be read one by one.
    package func receive(bodyless: Bool = false) throws -> Response {
        let head = try receiveHead()
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let status = Int(words[1]) else {
            throw Failure.malformed(lines[0])
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw Failure.malformed(line) }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        if status == 100 { return try receive(bodyless: bodyless) }
        let length =
            bodyless || status == 204 || status == 304
            ? 0 : Int(headers["content-length"] ?? "0") ?? 0
        while received.count - consumed < length { try fill() }
        let body = Array(received[consumed..<consumed + length])
        consumed += length
        return Response(status: status, headers: headers, body: body)
    }

    /// Reads the next chunk of a chunked answer; nil when that was the last.
    package func receiveChunk() throws -> [UInt8]? {
        var end = consumed
        while true {
            if let feed = received[end...].firstIndex(of: 10) {
                end = feed + 1
                break
            }
            end = received.count - consumed
            try fill()
        }
        let digits = String(decoding: received[consumed..<end - 2], as: UTF8.self)
        guard let count = Int(digits, radix: 16) else { throw Failure.malformed(digits) }
        consumed = end
        while received.count - consumed < count + 2 { try fill() }
        let chunk = Array(received[consumed..<consumed + count])
        consumed += count + 2
        return count == 0 ? nil : chunk
    }

    private func receiveHead() throws -> String {
        var scanned = consumed
        while true {
            while scanned + 3 < received.count {
                if received[scanned] == 13, received[scanned + 1] == 10,
                    received[scanned + 2] == 13,
                    received[scanned + 3] == 10
                {
                    let head = String(decoding: received[consumed..<scanned], as: UTF8.self)
                    consumed = scanned + 4
                    return head
                }
                scanned += 1
            }
            let before = consumed
            try fill()
            scanned -= before - consumed
        }
    }

    private func fill() throws {
        received.removeFirst(consumed)
        consumed = 0
        // Appended as one run of bytes: element by element would dominate an unoptimised test.
        try withUnsafeTemporaryAllocation(byteCount: 256 * 1024, alignment: 16) { buffer in
            var count: Int
            repeat {
                count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            } while count < 0 && errno == EINTR
            guard count > 0 else { throw Failure.lost(code: count == 0 ? 0 : errno) }
            received.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
