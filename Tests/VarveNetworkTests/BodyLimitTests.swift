import Testing

@testable import VarveNetwork

/// Bodies over the limit are answered with 413, and the client sees it.
@Suite struct BodyLimitTests {
    private func limits(discard: Int = 1 << 20) -> NetworkConfiguration {
        var configuration = NetworkConfiguration()
        configuration.bodyBytesMax = 1000
        configuration.discardBytesMax = discard
        return configuration
    }

    @Test func anAnnouncedBodyIsRefusedAtOnceAndTheConnectionGoesOn() throws {
        try TestServer.run(limits()) { server in
            let client = server.client()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n")
            #expect(client.response()?.status == 413)
            client.send(bytes: [UInt8](repeating: 0x78, count: 500_000))
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.status == 200)
            #expect(server.journal.all == ["get /empty 0"])
        }
    }

    @Test func aBodyOfExactlyTheLimitIsTaken() throws {
        try TestServer.run(limits()) { server in
            let client = server.client()
            let body = String(repeating: "x", count: 1000)
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n\(body)")
            #expect(client.response()?.text == body)
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n\(body)x")
            #expect(client.response()?.status == 413)
            client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3e8\r\n\(body)\r\n0\r\n\r\n")
            #expect(client.response()?.text == body)
        }
    }

    @Test func aPathThatTakesLargeBodiesHasALimitOfItsOwn() throws {
        var configuration = limits()
        configuration.largeBodyBytesMax = 3000
        try TestServer.run(configuration) { server in
            let client = server.client()
            func status(_ path: String, _ count: Int, isChunked: Bool) -> Int? {
                let body = String(repeating: "x", count: count)
                let framing =
                    isChunked
                    ? "Transfer-Encoding: chunked\r\n\r\n3e8\r\n\(body.prefix(1000))\r\n"
                        + "\(String(count - 1000, radix: 16))\r\n\(body.dropFirst(1000))\r\n"
                        + "0\r\n\r\n"
                    : "Content-Length: \(count)\r\n\r\n\(body)"
                client.send("POST \(path) HTTP/1.1\r\nHost: a\r\n\(framing)")
                return client.response()?.status
            }
            for isChunked in [false, true] {
                #expect(status("/echo/large", 3000, isChunked: isChunked) == 200)
                #expect(status("/echo/large", 3001, isChunked: isChunked) == 413)
                #expect(status("/echo", 1001, isChunked: isChunked) == 413)
                #expect(status("/echo/larger", 3000, isChunked: isChunked) == 413)
            }
        }
    }

    @Test func aChunkedBodyIsRefusedWhenItCrossesTheLimitAndTheConnectionGoesOn() throws {
        try TestServer.run(limits()) { server in
            let client = server.client()
            let piece = "190\r\n\(String(repeating: "x", count: 400))\r\n"
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            client.send(piece + piece + piece)
            #expect(client.response()?.status == 413)
            client.send(String(repeating: piece, count: 500) + "0\r\n\r\n")
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.status == 200)
        }
    }

    @Test func aBodyBeyondAllBoundsEndsTheConnectionBehindTheAnswer() throws {
        try TestServer.run(limits()) { server in
            let client = server.client()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
            // A client that sends a good deal before it looks still finds the answer.
            client.send(bytes: [UInt8](repeating: 0x78, count: 5_000_000))
            let (text, end) = client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 413 "))
            #expect(text.contains("\r\nConnection: close\r\n"))
            #expect(end == .end)
        }
    }

    @Test func aClientThatAsksFirstIsToldNotToSend() throws {
        try TestServer.run(limits()) { server in
            let client = server.client()
            client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 2000\r\n\r\n")
            #expect(client.response()?.status == 413)
            #expect(client.receive() == .end)
        }
    }

    @Test func aDroppedChunkedBodyIsBoundedToo() throws {
        try TestServer.run(limits(discard: 10_000)) { server in
            let client = server.client()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            client.send("100000\r\n\(String(repeating: "x", count: 100_000))")
            let (text, end) = client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 413 "))
            #expect(end == .end)
        }
    }

    @Test func unfinishedBodiesOfAllConnectionsAreBounded() throws {
        var configuration = NetworkConfiguration()
        configuration.bodyBytesMax = 200_000
        configuration.inputBytesMax = 1
        try TestServer.run(configuration) { server in
            let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n"
            let first = server.client()
            first.send(head + String(repeating: "x", count: 150_000))
            let taken = head.utf8.count + 150_000
            eventually("most is there") { server.counters.bytesReceived.value == taken }
            let second = server.client()
            second.send(head + String(repeating: "y", count: 199_000))
            let response = try #require(second.response())
            #expect(response.status == 503)
            #expect(response.text.contains("too-much-input"))
            #expect(second.receive() == .end)
            eventually("only one is kept") { server.counters.incomplete.value == 1 }
            first.send(String(repeating: "x", count: 50_000))
            #expect(first.response()?.body.count == 200_000)
            #expect(server.onLoop { $0.inputBytes } == 0)
        }
    }
}
