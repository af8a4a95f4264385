import Glibc
import VarvePlatform

/// A client that says exactly what it is told and waits for what it expects.
final class TestClient {
    private(set) var descriptor: Int32
    private var buffered: [UInt8] = []

    /// A connection to a local port.
    init(port: UInt16, receiveBufferBytes: Int32? = nil) {
        // Not for children that other tests start meanwhile: they would keep the connection open.
        descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var time = timeval(tv_sec: 300, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        if var bytes = receiveBufferBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(4))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(code == 0, "connect: \(errno)")
    }

    deinit {
        close()
    }

    /// Ends the connection.
    func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    /// Ends the connection with a reset.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Ends this side.
    func finishSending() {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Sends all of `text`; false if the connection broke.
    @discardableResult
    func send(_ text: String) -> Bool {
        send(bytes: Array(text.utf8))
    }

    /// Sends all of `bytes`; false if the connection broke.
    @discardableResult
    func send(bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(
                    descriptor, raw.baseAddress.map { $0 + sent }, raw.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// What one receive came to.
    enum Received: Equatable {
        case bytes
        case end
        case reset
        case timeout
    }

    /// Receives once into the buffer.
    func receive(_ most: Int = 65536) -> Received {
        var room = [UInt8](repeating: 0, count: most)
        let count = recv(descriptor, &room, most, 0)
        if count > 0 {
            buffered += room[..<count]
            return .bytes
        }
        if count == 0 { return .end }
        return errno == ECONNRESET ? .reset : .timeout
    }

    /// Everything up to the end of the connection, and how it ended.
    func readToEnd() -> (text: String, end: Received) {
        while true {
            let result = receive()
            if result == .bytes { continue }
            defer { buffered = [] }
            return (String(decoding: buffered, as: UTF8.self), result)
        }
    }

    /// A response.
    struct Response: Equatable {
        var status: Int
        var head: String
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        /// The value of a header, compared without case.
        func header(_ name: String) -> String? {
            for line in head.split(separator: "\r\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                    var value = parts[1]
                    while value.first == " " { value.removeFirst() }
                    return String(value)
                }
            }
            return nil
        }
    }

    /// The next response; nil when the connection ends before it is complete.
    func response(toHead: Bool = false) -> Response? {
        guard let head = readHead() else { return nil }
        let status = Int(head.split(separator: " ")[1]) ?? 0
        var response = Response(status: status, head: head, body: [])
        if toHead || status < 200 || status == 204 || status == 304 { return response }
        if response.header("Transfer-Encoding") == "chunked" {
            while let chunk = readChunk(), !chunk.isEmpty { response.body += chunk }
            return response
        }
        let length = Int(response.header("Content-Length") ?? "") ?? 0
        guard let body = read(length) else { return nil }
        response.body = body
        return response
    }

    /// The next head through its empty line.
    func readHead() -> String? {
        var from = 0
        while true {
            let end = Array("\r\n\r\n".utf8)
            while from + 4 <= buffered.count {
                if Array(buffered[from..<(from + 4)]) == end {
                    let head = String(decoding: buffered[..<(from + 4)], as: UTF8.self)
                    buffered.removeFirst(from + 4)
                    return head
                }
                from += 1
            }
            if receive() != .bytes { return nil }
        }
    }

    /// The next chunk; empty at the end of the body.
    func readChunk() -> [UInt8]? {
        guard let line = readLine(), let size = Int(line, radix: 16),
            let bytes = read(size), readLine() == ""
        else { return nil }
        return bytes
    }

    /// The next line, without its CR LF.
    func readLine() -> String? {
        while true {
            if let end = buffered.firstIndex(of: 0x0A) {
                let line = String(decoding: buffered[..<(end - 1)], as: UTF8.self)
                buffered.removeFirst(end + 1)
                return line
            }
            if receive() != .bytes { return nil }
        }
    }

    /// The next `count` bytes.
    func read(_ count: Int) -> [UInt8]? {
        while buffered.count < count {
            if receive() != .bytes { return nil }
        }
        defer { buffered.removeFirst(count) }
        return Array(buffered[..<count])
    }

    /// Whether nothing has arrived, now.
    var isSilent: Bool {
        guard buffered.isEmpty else { return false }
        var byte: UInt8 = 0
        let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
        return recv(descriptor, &byte, 1, flags) < 0 && errno == EAGAIN
    }
}
