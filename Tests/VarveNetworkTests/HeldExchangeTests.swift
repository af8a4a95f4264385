import Testing
import VarveHTTP

@testable import VarveNetwork

/// Parked requests and open streams.
@Suite struct HeldExchangeTests {
    private static let park = "GET /park HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let stream = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let empty = "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func aParkedRequestIsAnsweredLaterAndTheNextOneFollows() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(Self.park + Self.empty)
            eventually("it is parked") { server.counters.parked.value == 1 }
            _ = server.onLoop { $0.index }
            #expect(server.counters.requests.value == 1)
            #expect(client.isSilent)
            _ = server.withOwner { owner, _ in owner.exchange.respond(.created) { _ in } }
            #expect(client.response()?.status == 201)
            #expect(client.response()?.status == 200)
            #expect(server.counters.parked.value == 0)
            // The exchange is dead: nothing more comes of it.
            let isAlive = server.withOwner { owner, _ in
                owner.exchange.respond(.created) { _ in }
                return owner.exchange.isAlive
            }
            #expect(isAlive == false)
            client.send(Self.empty)
            #expect(client.response()?.status == 200)
        }
    }

    @Test(arguments: ["/park", "/stream"], [true, false])
    func aClientThatLeavesIsNoticedAtOnce(path: String, byReset: Bool) throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            eventually("it is held") { server.counters.parked.value == 1 }
            byReset ? client.reset() : client.close()
            // No time passes: it is the kernel that tells.
            eventually("it is noticed") { server.journal.count("gone") == 1 }
            eventually("nothing is left") { server.counters.connections.value == 0 }
            #expect(server.counters.parked.value == 0)
            #expect(server.onLoop { $0.timers.count } == 0)
            #expect(server.write("x") == true)
        }
    }

    @Test func aClientThatLeavesBehindUnreadInputIsNoticed() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(Self.park)
            eventually("it is parked") { server.counters.parked.value == 1 }
            client.send(Self.empty)
            client.close()
            eventually("it is noticed") { server.journal.count("gone") == 1 }
        }
    }

    @Test func aStreamArrivesInChunksAndTheConnectionGoesOn() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(Self.stream)
            let head = try #require(client.readHead())
            #expect(head.contains("\r\nTransfer-Encoding: chunked\r\n"))
            #expect(!head.contains("Content-Length"))
            for text in ["data: 1\n\n", "data: 2\n\n"] {
                #expect(server.write(text) == true)
                #expect(client.readChunk() == Array(text.utf8))
            }
            _ = server.withOwner { owner, _ in owner.exchange.endStream() }
            #expect(client.readChunk() == [])
            client.send(Self.empty)
            #expect(client.response()?.status == 200)
            #expect(server.counters.parked.value == 0)
        }
    }

    @Test func aStreamOverHTTP10EndsWithItsConnection() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let head = try #require(client.readHead())
            #expect(head.contains("\r\nConnection: close\r\n"))
            #expect(!head.contains("chunked"))
            #expect(server.write("plain") == true)
            _ = server.withOwner { owner, _ in owner.exchange.endStream() }
            #expect(client.readToEnd() == ("plain", .end))
        }
    }

    @Test func headOfAStreamHasNoBody() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n" + Self.empty)
            #expect(client.response(toHead: true)?.status == 200)
            #expect(client.response()?.header("Content-Length") == "0")
            #expect(server.counters.parked.value == 0)
        }
    }

    @Test func aReaderThatFallsBehindIsBoundedAndToldOfRoom() throws {
        try TestServer.run(.with(\.outputBytesMax, 100_000)) { server in
            let client = server.client(receiveBufferBytes: 4096)
            client.send(Self.stream)
            #expect(client.readHead() != nil)
            let text = String(repeating: "x", count: 10_000)
            var taken = 0
            while server.write(text) == true { taken += 1 }
            let pending = server.onLoop { loop in
                loop.table.tokens.compactMap { loop.table.find($0)?.pointee.pending }.max() ?? 0
            }
            #expect(pending <= 100_000)
            #expect(server.write(text) == false)
            for _ in 0..<taken { #expect(client.readChunk()?.count == 10_000) }
            eventually("it is told") { server.journal.count("writable") == 1 }
            #expect(server.write("more") == true)
            #expect(client.readChunk() == Array("more".utf8))
        }
    }

    @Test func overTheLimitParkingIsRefused() throws {
        try TestServer.run(.with(\.parkedMax, 2)) { server in
            let clients = (0..<3).map { _ in server.client() }
            clients[0].send(Self.park)
            clients[1].send(Self.stream)
            eventually("two are held") { server.counters.parked.value == 2 }
            clients[2].send(Self.park + Self.stream)
            #expect(clients[2].response()?.status == 503)
            #expect(clients[2].response()?.status == 503)
            clients[0].close()
            eventually("one is gone") { server.counters.parked.value == 1 }
            clients[2].send(Self.park)
            eventually("there is room") { server.counters.parked.value == 2 }
        }
    }

    @Test func manyStreamsGetOneEncoding() throws {
        try TestServer.run { server in
            let clients = (0..<200).map { _ in server.client() }
            for client in clients { client.send(Self.stream) }
            eventually("all are open") { server.counters.parked.value == 200 }
            let refused = server.onLoop { loop -> Int in
                guard let handler = loop.handler as? TestHandler else { return -1 }
                let event = "data: all\n\n"
                let shared = event.utf8.withContiguousStorageIfAvailable {
                    SharedBytes(copying: UnsafeRawBufferPointer($0))
                }
                guard let shared else { return -1 }
                return handler.owners.count { !$0.exchange.writeStream(shared) }
            }
            #expect(refused == 0)
            for client in clients {
                #expect(client.readHead() != nil)
                #expect(client.readChunk() == Array("data: all\n\n".utf8))
            }
        }
    }

    @Test func pinnedBodiesArriveWholeAndAreLetGo() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(
                "GET /large/3000000 HTTP/1.1\r\nHost: a\r\n\r\n" + Self.empty
                    + "GET /large/10000 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.body.count == 3_000_000)
            #expect(client.response()?.status == 200)
            #expect(client.response()?.body.count == 10_000)
            eventually("all are let go") { server.journal.count("unpinned") == 4 }
        }
    }

    @Test func aSlowReaderStopsTheParsingOfItsConnection() throws {
        try TestServer.run { server in
            let client = server.client(receiveBufferBytes: 4096)
            let request = "GET /large/4000000 HTTP/1.1\r\nHost: a\r\n\r\n"
            client.send(String(repeating: request, count: 20))
            eventually("it begins") { server.counters.requests.value > 0 }
            for _ in 0..<10 { _ = server.onLoop { $0.index } }
            #expect(server.counters.requests.value < 10)
            for _ in 0..<20 { #expect(client.response()?.body.count == 4_000_000) }
            #expect(server.counters.requests.value == 20)
        }
    }
}
