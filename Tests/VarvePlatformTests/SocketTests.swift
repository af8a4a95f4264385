import Glibc
import Testing
import VarvePlatform

@Suite struct SocketTests {
    /// Two ends of a connection over the loopback device.
    private struct Connection: ~Copyable {
        let client: Descriptor
        let server: Descriptor

        init(host: String = "127.0.0.1") throws {
            let listener = try Socket.listen(host: host, port: 0)
            let client = try Socket.connect(host: host, port: Socket.localPort(listener.raw))
            try waitUntil(listener.raw, .readable)
            guard let accepted = try Socket.accept(listener.raw) else {
                throw SystemError(call: "accept4", code: EAGAIN)
            }
            self.client = client
            server = Descriptor(owning: accepted)
        }
    }

    @Test("bytes go both ways", arguments: ["127.0.0.1", "localhost", "::1", "[::1]"])
    func bothWays(host: String) throws {
        let connection = try Connection(host: host)
        #expect(Socket.takeError(connection.client.raw) == 0)
        #expect(Socket.isWithinMachine(connection.server.raw))
        #expect(receive(connection.server.raw) == (.wouldBlock, []))
        #expect(send(connection.client.raw, [1, 2, 3]) == .bytes(3))
        try waitUntil(connection.server.raw, .readable)
        #expect(receive(connection.server.raw) == (.bytes(3), [1, 2, 3]))
        try Socket.setNoDelay(connection.server.raw)
        let sent = try sendVectors(connection.server.raw, [[4], [], [5, 6]])
        #expect(sent == .bytes(3))
        try waitUntil(connection.client.raw, .readable)
        #expect(receive(connection.client.raw) == (.bytes(3), [4, 5, 6]))
    }

    @Test("a side that is shut down reads as closed, and the other may still send")
    func halfClosed() throws {
        let connection = try Connection()
        Socket.shutdownWrite(connection.client.raw)
        try waitUntil(connection.server.raw, .readable)
        #expect(receive(connection.server.raw) == (.closed, []))
        #expect(send(connection.server.raw, [1]) == .bytes(1))
        try waitUntil(connection.client.raw, .readable)
        #expect(receive(connection.client.raw) == (.bytes(1), [1]))
        #expect(send(connection.client.raw, [2]) == .failed(EPIPE))
        #expect(try sendVectors(connection.client.raw, [[2]]) == .failed(EPIPE))
    }

    @Test("a full socket takes a part and then says it would block")
    func full() throws {
        let connection = try Connection()
        try Socket.setSendBuffer(connection.client.raw, bytes: 8192)
        let block = [UInt8](repeating: 0, count: 1 << 20)
        var results: [IOResult] = []
        repeat {
            results.append(send(connection.client.raw, block))
        } while results.last != .wouldBlock && results.count < 1000
        #expect(results.last == .wouldBlock)
    }

    @Test("a file is sent from the place that is named, as far as it goes")
    func file() throws {
        let connection = try Connection()
        let directory = try TemporaryDirectory()
        let file = try File.open(directory.path("file"), access: .readWrite, create: .exclusive)
        let bytes = (0..<90).map { UInt8($0) }
        try bytes.withUnsafeBytes { try File.write(file.raw, $0, at: 0) }
        func send(at offset: UInt64, _ count: Int) -> IOResult {
            Socket.sendFile(connection.client.raw, from: file.raw, at: offset, count: count)
        }
        #expect(send(at: 10, 20) == .bytes(20))
        #expect(send(at: 80, 1000) == .bytes(10))
        #expect(send(at: 90, 1) == .failed(ENODATA))
        var received: [UInt8] = []
        while received.count < 30 {
            try waitUntil(connection.server.raw, .readable)
            received += receive(connection.server.raw).1
        }
        #expect(received == Array(bytes[10..<30] + bytes[80...]))
        try File.truncate(file.raw, to: 5)
        #expect(send(at: 10, 20) == .failed(ENODATA))
    }

    @Test("a full socket takes no more of a file")
    func fileIntoFullSocket() throws {
        let connection = try Connection()
        let directory = try TemporaryDirectory()
        let file = try File.open(directory.path("file"), access: .readWrite, create: .exclusive)
        let block = [UInt8](repeating: 7, count: 1 << 20)
        try block.withUnsafeBytes { try File.write(file.raw, $0, at: 0) }
        var results: [IOResult] = []
        repeat {
            results.append(
                Socket.sendFile(connection.client.raw, from: file.raw, at: 0, count: block.count))
        } while results.last != .wouldBlock && results.count < 1000
        #expect(results.last == .wouldBlock)
    }

    @Test("a file to a broken connection is an error, and a signal that this thread blocks")
    func fileToNobody() throws {
        Signals.blockBrokenPipes()
        let connection = try Connection()
        let directory = try TemporaryDirectory()
        let file = try File.open(directory.path("file"), access: .readWrite, create: .exclusive)
        try [1, 2, 3].withUnsafeBytes { try File.write(file.raw, $0, at: 0) }
        Socket.shutdownWrite(connection.client.raw)
        let result = Socket.sendFile(connection.client.raw, from: file.raw, at: 0, count: 3)
        #expect(result == .failed(EPIPE))
    }

    @Test("a listener without clients has none to accept; its port is known")
    func idleListener() throws {
        let listener = try Socket.listen(host: "127.0.0.1", port: 0)
        #expect(try Socket.accept(listener.raw) == nil)
        #expect(try Socket.localPort(listener.raw) > 0)
        #expect(!Socket.isWithinMachine(listener.raw))
    }

    @Test("a port is shared only by those who all agree to")
    func reusePort() throws {
        let first = try Socket.listen(host: "127.0.0.1", port: 0, reusePort: true)
        let port = try Socket.localPort(first.raw)
        let second = try Socket.listen(host: "127.0.0.1", port: port, reusePort: true)
        #expect(try Socket.localPort(second.raw) == port)
        let error = #expect(throws: SystemError.self) {
            _ = try Socket.listen(host: "127.0.0.1", port: port)
        }
        #expect(error == SystemError(call: "bind", code: EADDRINUSE, path: "127.0.0.1:\(port)"))
    }

    @Test("a host that cannot be is an error that names it")
    func badHost() {
        let error = #expect(throws: SystemError.self) {
            _ = try Socket.listen(host: "256.0.0.1.invalid", port: 1)
        }
        #expect(error?.call == "getaddrinfo")
        #expect(error?.path == "256.0.0.1.invalid:1")
    }

    @Test("a port is free again though a duplicate of its listener is open")
    func stoppedListener() throws {
        let first = try listener()
        let port = try Socket.localPort(first.raw)
        // As a child process has one until it becomes another program.
        let duplicate = Descriptor(owning: fcntl(first.raw, F_DUPFD_CLOEXEC, 0))
        #expect(throws: SystemError.self) { _ = try Socket.listen(host: "127.0.0.1", port: port) }
        Socket.stopListening(first.raw)
        close(first.release())
        let second = try Socket.listen(host: "127.0.0.1", port: port)
        #expect(try Socket.localPort(second.raw) == port)
        #expect(try Socket.accept(second.raw) == nil)
        close(duplicate.release())
    }

    /// A listener on a port that no other test asks for, nor the system gives to anybody.
    private func listener() throws -> Descriptor {
        for port in UInt16(10_000)..<15_000 {
            do { return try Socket.listen(host: "127.0.0.1", port: port) } catch { continue }
        }
        throw SystemError(call: "bind", code: EADDRINUSE)
    }

    @Test("a refused connection is known when the socket becomes writable")
    func refused() throws {
        // Bound, so that nobody else gets the port, and not listening.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let holder = Descriptor(owning: socket(AF_INET, kind, 0))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let outcome = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(holder.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(outcome == 0)
        let client = try Socket.connect(
            host: "127.0.0.1", port: try Socket.localPort(holder.raw))
        try waitUntil(client.raw, .writable)
        #expect(Socket.takeError(client.raw) == ECONNREFUSED)
    }

    private func receive(_ descriptor: Int32) -> (IOResult, [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 100)
        let result = buffer.withUnsafeMutableBytes { Socket.receive(descriptor, into: $0) }
        guard case .bytes(let count) = result else { return (result, []) }
        return (result, Array(buffer[..<count]))
    }

    private func send(_ descriptor: Int32, _ bytes: [UInt8]) -> IOResult {
        bytes.withUnsafeBytes { Socket.send(descriptor, $0) }
    }

    private func sendVectors(_ descriptor: Int32, _ pieces: [[UInt8]]) throws -> IOResult {
        let joined = Array(pieces.joined())
        return joined.withUnsafeBytes { all in
            var position = 0
            let vectors = pieces.map { piece in
                defer { position += piece.count }
                let end = position + piece.count
                return IOVector(UnsafeRawBufferPointer(rebasing: all[position..<end]))
            }
            return vectors.withUnsafeBufferPointer { Socket.send(descriptor, $0) }
        }
    }
}

/// Waits until a descriptor is ready for something; an error after five minutes.
func waitUntil(_ descriptor: Int32, _ interest: Readiness) throws {
    let poller = try Poller()
    try poller.add(descriptor, token: 0, for: interest)
    var events = [PollEvent()]
    let count = try events.withUnsafeMutableBufferPointer {
        try poller.wait(into: $0, timeoutMilliseconds: 300_000)
    }
    if count == 0 { throw SystemError(call: "epoll_wait", code: ETIMEDOUT) }
}
