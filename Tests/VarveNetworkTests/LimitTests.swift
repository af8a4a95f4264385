import Testing

@testable import VarveNetwork

/// Limits on connections, and the end of the server.
@Suite struct LimitTests {
    private static let empty = "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func overTheLimitAConnectionIsToldSo() throws {
        try TestServer.run(.with(\.connectionsMax, 2)) { server in
            let first = server.client()
            let second = server.client()
            for client in [first, second] {
                client.send(Self.empty)
                #expect(client.response()?.status == 200)
            }
            let third = server.client()
            third.send(Self.empty)
            let (text, end) = third.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 503 "))
            #expect(text.contains("too-many-connections"))
            #expect(end == .end)
            #expect(server.counters.refused.value == 1)
            third.close()
            first.close()
            eventually("there is room") { server.counters.connections.value == 1 }
            let fourth = server.client()
            fourth.send(Self.empty)
            #expect(fourth.response()?.status == 200)
        }
    }

    @Test func drainAnswersWhatIsUnderWayAndClosesTheRest() throws {
        let server = try TestServer()
        let idle = server.client()
        idle.send(Self.empty)
        #expect(idle.response()?.status == 200)
        let parked = server.client()
        parked.send("GET /park HTTP/1.1\r\nHost: a\r\n\r\n")
        let stream = server.client()
        stream.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        let gated = server.client()
        gated.send("POST /gate/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        let half = server.client()
        half.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
        eventually("all are there") {
            server.counters.parked.value == 2 && server.counters.gated.value == 1
                && server.counters.incomplete.value == 1
        }
        let loop = server.group.loops[0]
        loop.post { $0.drain(limitMilliseconds: 10_000) { server.journal.note("drained") } }
        #expect(idle.receive() == .end)
        #expect(parked.response()?.status == 204)
        #expect(parked.receive() == .end)
        #expect(stream.response()?.status == 200)
        #expect(stream.receive() == .end)
        half.send("b")
        let last = half.response()
        #expect(last?.text == "ab")
        #expect(last?.header("Connection") == "close")
        #expect(half.receive() == .end)
        #expect(gated.isSilent)
        server.group.release(through: 1)
        #expect(gated.response()?.status == 204)
        #expect(gated.receive() == .end)
        #expect(server.journal.count("drained") == 0)
        for client in [idle, parked, stream, half, gated] { client.close() }
        eventually("it is drained") { server.journal.count("drained") == 1 }
        server.group.stop()
    }

    @Test func drainEndsAtItsLimit() throws {
        let server = try TestServer()
        let client = server.client()
        client.send("POST /gate/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        eventually("it waits") { server.counters.gated.value == 1 }
        let loop = server.group.loops[0]
        loop.post { $0.drain(limitMilliseconds: 5_000) { server.journal.note("drained") } }
        _ = server.onLoop { $0.index }
        #expect(server.journal.count("drained") == 0)
        server.advance(milliseconds: 5_100)
        eventually("it is drained") { server.journal.count("drained") == 1 }
        #expect(client.receive() == .end)
        server.group.stop()
    }

    @Test func aDrainedServerTakesNoConnections() throws {
        let server = try TestServer()
        server.group.drain(limitMilliseconds: 1000)
        #expect(server.onLoop { $0.listener } == -1)
        server.group.stop()
    }

    @Test func stopClosesEverythingAtOnce() throws {
        let server = try TestServer()
        let client = server.client()
        client.send("GET /park HTTP/1.1\r\nHost: a\r\n\r\n")
        eventually("it is parked") { server.counters.parked.value == 1 }
        server.group.stop()
        #expect(client.receive() == .end)
        #expect(server.journal.count("gone") == 1)
    }
}
