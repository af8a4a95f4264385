import Testing

@testable import VarveNetwork

/// Clients that are too slow, on a clock that only the test moves.
@Suite struct TimeLimitTests {
    @Test func aSlowHeadIsAnsweredWith408() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /empty HTTP/1.1\r\nHo")
            eventually("it has begun") { server.counters.incomplete.value == 1 }
            server.advance(milliseconds: 9_000)
            client.send("st: a\r\nX-")
            eventually("more has come") { server.counters.bytesReceived.value == 32 }
            #expect(client.isSilent)
            // Single bytes do not buy time.
            server.advance(milliseconds: 1_100)
            #expect(client.response()?.status == 408)
            #expect(client.receive() == .end)
        }
    }

    @Test func aSlowBodyIsAnsweredWith408() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n")
            eventually("it has begun") { server.counters.incomplete.value == 1 }
            let head = server.counters.bytesReceived.value
            // Fast enough in the first window, too slow in the second.
            client.send(bytes: [UInt8](repeating: 0x78, count: 6000))
            eventually("it has come") { server.counters.bytesReceived.value == head + 6000 }
            server.advance(milliseconds: 5_100)
            #expect(client.isSilent)
            client.send(bytes: [UInt8](repeating: 0x78, count: 100))
            eventually("it has come") { server.counters.bytesReceived.value == head + 6100 }
            server.advance(milliseconds: 5_100)
            #expect(client.response()?.status == 408)
            #expect(client.receive() == .end)
        }
    }

    @Test func aLongBodyThatKeepsItsPaceIsTaken() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n")
            eventually("it has begun") { server.counters.incomplete.value == 1 }
            let head = server.counters.bytesReceived.value
            for part in 1...10 {
                client.send(bytes: [UInt8](repeating: 0x78, count: 6000))
                eventually("it has come") {
                    server.counters.bytesReceived.value == head + 6000 * part
                }
                server.advance(milliseconds: 5_100)
            }
            #expect(client.response()?.body.count == 60000)
        }
    }

    @Test func aSilentConnectionIsClosed() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.status == 200)
            server.advance(milliseconds: 74_000)
            #expect(client.isSilent)
            server.advance(milliseconds: 2_000)
            #expect(client.receive() == .end)
        }
    }

    @Test func aRequestBuysANewIdleTime() throws {
        try TestServer.run { server in
            let client = server.client()
            for _ in 0..<4 {
                client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(client.response()?.status == 200)
                server.advance(milliseconds: 50_000)
            }
            #expect(client.isSilent)
        }
    }

    @Test func aConnectionThatNeverSaysAnythingIsClosed() throws {
        try TestServer.run { server in
            let client = server.client()
            eventually("it is taken") { server.counters.connections.value == 1 }
            server.advance(milliseconds: 76_000)
            #expect(client.receive() == .end)
        }
    }

    @Test func aClientThatNeverEndsItsSideIsNotWaitedForLong() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(client.response()?.status == 200)
            #expect(client.receive() == .end)
            eventually("it lingers") { server.counters.lingering.value == 1 }
            server.advance(milliseconds: 2_100)
            eventually("it is closed") { server.counters.connections.value == 0 }
            #expect(server.counters.lingering.value == 0)
        }
    }

    @Test func aClientThatTakesNothingIsClosed() throws {
        try TestServer.run { server in
            let client = server.client(receiveBufferBytes: 4096)
            client.send("GET /large/8000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            eventually("the socket is full") {
                server.onLoop { loop in
                    loop.table.tokens.contains { loop.table.find($0)?.pointee.isBlocked == true }
                }
            }
            #expect(server.journal.count("unpinned") < 8)
            // The memory is let go long before the client is given up.
            server.advance(milliseconds: 300)
            eventually("nothing is pinned") { server.journal.count("unpinned") == 8 }
            #expect(server.counters.connections.value == 1)
            server.advance(milliseconds: 31_000)
            eventually("it is closed") { server.counters.connections.value == 0 }
        }
    }

    @Test func aTimerFiresOnceAndACancelledOneNever() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /park HTTP/1.1\r\nHost: a\r\n\r\n")
            eventually("it is parked") { server.counters.parked.value == 1 }
            _ = server.withOwner { owner, loop in
                let cancelled = loop.schedule(afterMilliseconds: 1000, owner)
                _ = loop.schedule(afterMilliseconds: 2000, owner)
                loop.cancel(cancelled)
            }
            server.advance(milliseconds: 1500)
            #expect(server.journal.count("timer") == 0)
            server.advance(milliseconds: 1000)
            #expect(client.response()?.status == 204)
            server.advance(milliseconds: 100_000)
            #expect(server.journal.count("timer") == 1)
        }
    }
}
