import Testing
import VarvePlatform

@testable import VarveNetwork

/// Random traffic, the same in every run: what must hold whatever clients do.
@Suite struct TrafficTests {
    /// One request with what must come back.
    private struct Exchange {
        var request: String
        var status: Int
        var body: String
        var isHead = false
    }

    private static func exchange(_ random: inout SplitMix, gate: inout UInt64) -> Exchange {
        let length = Int(random.next() % 300)
        let body = String(repeating: "v", count: length)
        switch random.next() % 7 {
        case 0:
            return Exchange(
                request: "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n", status: 200, body: "")
        case 1:
            return Exchange(
                request: "HEAD /large/50000 HTTP/1.1\r\nHost: a\r\n\r\n", status: 200, body: "",
                isHead: true)
        case 2:
            let chunk = length == 0 ? "" : "\(String(length, radix: 16))\r\n\(body)\r\n"
            return Exchange(
                request: "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "\(chunk)\(chunk)0\r\n\r\n", status: 200, body: body + body)
        case 3:
            return Exchange(
                request: "PATCH /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n"
                    + body, status: 200, body: body)
        case 4:
            return Exchange(
                request: "GET /large/40000 HTTP/1.1\r\nHost: a\r\n\r\n", status: 200,
                body: String(repeating: "\0", count: 40_000))
        default:
            gate += 1
            return Exchange(
                request:
                    "POST /gate/\(gate) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n"
                    + body, status: 204, body: "")
        }
    }

    @Test(arguments: 1...8) func everyRequestGetsItsAnswerInOrder(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        try TestServer.run(.with(\.gatedResponsesMax, 8)) { server in
            let client = server.client()
            var gate: UInt64 = 0
            for _ in 0..<30 {
                let batch = (0..<(1 + random.next() % 20)).map { _ in
                    Self.exchange(&random, gate: &gate)
                }
                var bytes = Array(batch.map(\.request).joined().utf8)[...]
                while !bytes.isEmpty {
                    let piece = bytes.prefix(1 + Int(random.next() % 700))
                    client.send(bytes: Array(piece))
                    bytes = bytes.dropFirst(piece.count)
                }
                server.group.release(through: gate)
                for exchange in batch {
                    let response = try #require(client.response(toHead: exchange.isHead))
                    #expect(response.status == exchange.status)
                    #expect(response.text == exchange.body)
                }
            }
            #expect(client.isSilent)
            #expect(server.counters.gated.value == 0)
            #expect(server.counters.incomplete.value == 0)
        }
    }

    @Test(arguments: 1...4) func clientsThatBreakOffLeaveNothingBehind(seed: UInt64) throws {
        var random = SplitMix(state: seed &* 977)
        try TestServer.run { server in
            var gate: UInt64 = 0
            var clients: [TestClient] = []
            for _ in 0..<400 {
                let client = server.client(receiveBufferBytes: 8192)
                var text = (0..<(random.next() % 6)).map { _ in
                    Self.exchange(&random, gate: &gate).request
                }.joined()
                switch random.next() % 7 {
                case 0: text += "GET /park HTTP/1.1\r\nHost: a\r\n\r\n"
                case 1: text += "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
                case 2: text += "GET /large/3000000 HTTP/1.1\r\nHost: a\r\n\r\n"
                case 4: text += PieceBody([9, 3_000_000, 9]).request
                case 3: text += "NONSENSE\r\n\r\n"
                default: break
                }
                let bytes = Array(text.utf8)
                client.send(
                    bytes: Array(bytes.prefix(Int(random.next() % UInt64(bytes.count + 1)))))
                clients.append(client)
                if random.next() % 3 == 0 { server.group.release(through: gate) }
                if random.next() % 8 == 0 { _ = server.write("event") }
                while clients.count > 40 {
                    let leaving = clients.remove(at: Int(random.next() % 40))
                    switch random.next() % 3 {
                    case 0: leaving.reset()
                    case 1: leaving.finishSending()
                    default: leaving.close()
                    }
                }
            }
            for client in clients { client.close() }
            clients = []
            server.group.release(through: gate)
            eventually("all connections are closed") { server.counters.connections.value == 0 }
            #expect(server.counters.parked.value == 0)
            #expect(server.counters.incomplete.value == 0)
            #expect(server.counters.lingering.value == 0)
            eventually("no response waits") { server.counters.gated.value == 0 }
            let timers = server.onLoop { $0.timers.count }
            #expect(timers == 0)
            let client = server.client()
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.status == 200)
        }
    }
}
