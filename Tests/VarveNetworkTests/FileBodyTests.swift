import Glibc
import Testing
import VarvePlatform

@testable import VarveNetwork

/// Bodies whose pieces lie in memory and in files.
@Suite struct FileBodyTests {
    /// Around the borders of pages, of what one call and one turn send, and of a socket's memory.
    private static let sizes = [
        1, 2, 1000, 4095, 4096, 4097, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537,
        (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (1 << 20) + (64 << 10) + 1, 3_000_000,
    ]

    @Test(arguments: sizes) func aFileBetweenMemoryArrivesByteForByte(size: Int) throws {
        try TestServer.run(.with(\.localQueueBytes, size % 2 == 0 ? 0 : 65_536)) { server in
            let client = server.client()
            for sizes in [[1, size, 1], [0, size], [size, size, size, 1], [1, 1, size, size]] {
                let body = PieceBody(sizes)
                client.send(body.request)
                #expect(client.response()?.body == body.bytes)
            }
        }
    }

    @Test(arguments: [2048, 30_000]) func aSlowReaderGetsTheSame(receiveBufferBytes: Int32) throws {
        try TestServer.run { server in
            let client = server.client(receiveBufferBytes: receiveBufferBytes)
            for sizes in [[1, 700_001, 1], [50_000, 4096, 4096, 200_000, 5, 4097], [0, 900_000]] {
                let body = PieceBody(sizes)
                client.send(body.request)
                #expect(client.response()?.body == body.bytes)
            }
        }
    }

    @Test func manySmallPiecesKeepTheirOrder() throws {
        try TestServer.run { server in
            let body = PieceBody((0..<301).map { 1 + $0 * 37 % 900 })
            let client = server.client(receiveBufferBytes: 8192)
            client.send(body.request)
            #expect(client.response()?.body == body.bytes)
        }
    }

    @Test(arguments: 1...6) func pipelinedRequestsAreAnsweredInOrder(seed: UInt64) throws {
        var random = SplitMix(state: seed &* 31)
        var gate: UInt64 = 0
        try TestServer.run { server in
            let client = server.client(receiveBufferBytes: 16_384)
            for _ in 0..<4 {
                var text = ""
                var expected: [[UInt8]] = []
                for index in 0..<(2 + random.next() % 6) {
                    let body = PieceBody(
                        (0..<(random.next() % 6)).map { _ in
                            Int(random.next() % (1 << (random.next() % 20)))
                        })
                    if random.next() % 2 == 0 { gate += 1 }
                    text += "GET \(body.path(gate: gate)) HTTP/1.1\r\nHost: a\r\n\r\n"
                    text += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n\(index)"
                    expected += [body.bytes, Array("\(index)".utf8)]
                }
                client.send(text)
                server.group.release(through: gate)
                for bytes in expected { #expect(client.response()?.body == bytes) }
            }
            #expect(client.isSilent)
        }
    }

    @Test func aHeadHasTheLengthAlone() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("HEAD \(PieceBody([3, 100_000, 2]).path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = client.response(toHead: true)
            #expect(response?.header("Content-Length") == "100005")
            client.send(PieceBody([4]).request)
            #expect(client.response()?.body.count == 4)
            eventually("the file is let go") { server.journal.count("closed") == 1 }
        }
    }

    @Test func aSlowClientKeepsAFileAndNoMemory() throws {
        let body = PieceBody([1_000_000, 6_000_000, 1_000_000, 10])
        try TestServer.run { server in
            let client = server.client(receiveBufferBytes: 4096)
            client.send(body.request)
            waitUntilBlocked(server)
            server.advance(milliseconds: 300)
            eventually("no memory is pinned") { server.journal.count("unpinned") == 2 }
            #expect(server.journal.count("closed") == 0)
            #expect(client.response()?.body == body.bytes)
            eventually("the file is let go") { server.journal.count("closed") == 2 }
        }
    }

    @Test func aClientThatTakesNothingIsClosed() throws {
        try TestServer.run { server in
            let client = server.client(receiveBufferBytes: 4096)
            client.send(PieceBody([0, 8_000_000]).request)
            waitUntilBlocked(server)
            server.advance(milliseconds: 29_000)
            #expect(server.counters.connections.value == 1)
            #expect(server.journal.count("closed") == 0)
            server.advance(milliseconds: 2_000)
            eventually("it is closed") { server.counters.connections.value == 0 }
            eventually("the file is let go") { server.journal.count("closed") == 1 }
        }
    }

    @Test(arguments: [true, false]) func aClientMayLeaveInTheMiddle(withReset: Bool) throws {
        try TestServer.run { server in
            let client = server.client(receiveBufferBytes: 4096)
            client.send(PieceBody([10, 8_000_000, 10]).request)
            #expect(client.readHead() != nil)
            waitUntilBlocked(server)
            withReset ? client.reset() : client.close()
            eventually("it is closed") { server.counters.connections.value == 0 }
            eventually("the file is let go") { server.journal.count("closed") == 1 }
            let other = server.client()
            other.send(PieceBody([1, 5]).request)
            #expect(other.response()?.body.count == 6)
        }
    }

    @Test(arguments: [0, 1, 5000, 3_000_000]) func aFileThatIsTooShortBreaksTheConnection(
        count: Int
    ) throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(
                "GET /short/\(count) HTTP/1.1\r\nHost: a\r\n\r\n" + PieceBody([2]).request)
            #expect(client.readHead()?.contains("Content-Length: \(count + 1003)\r\n") == true)
            #expect(client.read(count) == Array(PatternFile.pattern.suffix(count)))
            #expect(client.readToEnd().text == "")
            eventually("it is closed") { server.counters.connections.value == 0 }
            #expect(server.journal.count("closed") == 1)
        }
    }

    @Test func aFileThatMayNotBeRevealedIsLetGo() throws {
        let first = PieceBody([5, 5_000_000, 5])
        let second = PieceBody([5, 100_000, 20_000])
        try TestServer.run { server in
            let client = server.client(receiveBufferBytes: 8192)
            client.send(first.request)
            client.send("GET \(second.path(gate: 7)) HTTP/1.1\r\nHost: a\r\n\r\n")
            waitUntilBlocked(server)
            server.group.failGated()
            #expect(client.response()?.body == first.bytes)
            #expect(client.response()?.status == 503)
            #expect(server.journal.count("closed") == 2)
        }
    }

    @Test func aTurnSendsOnlySoMuchOfOneConnection() throws {
        let listener = try Socket.listen(host: "127.0.0.1", port: 0)
        let client = TestClient(port: try Socket.localPort(listener.raw))
        defer { client.close() }
        let accepted = try #require(try Socket.accept(listener.raw))
        let loop = try EventLoop(
            index: 0, configuration: .with(\.localQueueBytes, 0), clock: ManualClock())
        let token = loop.table.nextToken(accepted)
        let connection = loop.table.insert(
            Connection(Transport(descriptor: accepted), token: token))
        for slice in PieceBody([0, 2_500_000]).slices(Journal()) { loop.pin(connection, slice) }
        connection.pointee.released = connection.pointee.queued
        loop.flush(connection)
        #expect(connection.pointee.sent > 0)
        #expect(connection.pointee.sent < 2_200_000)
        // How much the kernel takes at once is its own affair.
        #expect(connection.pointee.isBlocked || loop.unfinished == [token])
        loop.close(connection)
    }

    private func waitUntilBlocked(_ server: TestServer) {
        eventually("the socket is full") {
            server.onLoop { loop in
                loop.table.tokens.contains { loop.table.find($0)?.pointee.isBlocked == true }
            }
        }
    }
}
