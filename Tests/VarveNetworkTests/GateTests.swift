import Testing
import VarveHTTP

@testable import VarveNetwork

/// Responses that wait until what they reveal is durable.
@Suite struct GateTests {
    private func post(_ gate: Int) -> String {
        "POST /gate/\(gate) HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
    }

    private func waitForGated(_ server: TestServer, _ count: Int) {
        eventually("\(count) wait") { server.counters.gated.value == count }
    }

    @Test func aResponseLeavesWhenItsGateOpens() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(post(7))
            waitForGated(server, 1)
            server.group.release(through: 6)
            _ = server.onLoop { $0.index }
            _ = server.onLoop { $0.index }
            #expect(client.isSilent)
            server.group.release(through: 7)
            #expect(client.response()?.header("Gate") == "7")
            #expect(server.counters.gated.value == 0)
        }
    }

    @Test func aGateThatIsOpenAlreadyHoldsNothingBack() throws {
        try TestServer.run { server in
            let client = server.client()
            server.group.release(through: 100)
            _ = server.onLoop { $0.index }
            client.send(post(99))
            #expect(client.response()?.status == 204)
        }
    }

    @Test func pipelinedWritesAllWaitAndLeaveInOrder() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send((1...16).map(post).joined())
            waitForGated(server, 16)
            server.group.release(through: 10)
            for gate in 1...10 { #expect(client.response()?.header("Gate") == "\(gate)") }
            waitForGated(server, 6)
            #expect(client.isSilent)
            server.group.release(through: 16)
            for gate in 11...16 { #expect(client.response()?.header("Gate") == "\(gate)") }
        }
    }

    @Test func aReadBehindAWriteIsHandledOnlyWhenTheWriteIsAnswered() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(post(1) + "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n" + post(2))
            waitForGated(server, 1)
            _ = server.onLoop { $0.index }
            #expect(server.journal.all == ["post /gate/1 1"])
            server.group.release(through: 1)
            #expect(client.response()?.header("Gate") == "1")
            #expect(client.response()?.status == 200)
            waitForGated(server, 1)
            server.group.release(through: 2)
            #expect(client.response()?.header("Gate") == "2")
        }
    }

    @Test func aRefusalBehindAWriteKeepsItsPlace() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(post(5) + "BAD\r\n\r\n")
            waitForGated(server, 2)
            #expect(client.isSilent)
            server.group.release(through: 5)
            #expect(client.response()?.status == 204)
            #expect(client.response()?.status == 400)
            #expect(client.receive() == .end)
        }
    }

    @Test func aChunkedWriteMayFollowAWaitingOne() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(
                post(1) + "POST /gate/2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "1\r\na\r\n0\r\n\r\n" + "PATCH /echo HTTP/1.1\r\nHost: a\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n2\r\nbc\r\n0\r\n\r\n" + post(3))
            waitForGated(server, 2)
            server.group.release(through: 2)
            #expect(client.response()?.header("Gate") == "1")
            #expect(client.response()?.header("Gate") == "2")
            #expect(client.response()?.text == "bc")
            waitForGated(server, 1)
            server.group.release(through: 3)
            #expect(client.response()?.header("Gate") == "3")
        }
    }

    @Test func continueWaitsForTheWritesBefore() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(
                post(1) + "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 2\r\n\r\n")
            waitForGated(server, 1)
            #expect(client.isSilent)
            server.group.release(through: 1)
            #expect(client.response()?.status == 204)
            #expect(client.response()?.status == 100)
            client.send("ok")
            #expect(client.response()?.text == "ok")
        }
    }

    @Test func aClientThatEndsItsSideStillGetsGatedAnswers() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(post(1) + "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            client.finishSending()
            waitForGated(server, 1)
            server.group.release(through: 1)
            #expect(client.response()?.status == 204)
            #expect(client.response()?.status == 200)
            #expect(client.receive() == .end)
        }
    }

    @Test func aClientThatIsGoneIsSkipped() throws {
        try TestServer.run { server in
            let gone = server.client()
            gone.send(post(1))
            waitForGated(server, 1)
            gone.reset()
            eventually("it is noticed") { server.counters.connections.value == 0 }
            // The same descriptor for somebody else.
            let next = server.client()
            next.send(post(2))
            waitForGated(server, 2)
            server.group.release(through: 1)
            waitForGated(server, 1)
            #expect(next.isSilent)
            server.group.release(through: 2)
            #expect(next.response()?.header("Gate") == "2")
        }
    }

    @Test func tooManyWaitingResponsesStopTheParsingOfTheirConnection() throws {
        try TestServer.run(.with(\.gatedResponsesMax, 4)) { server in
            let client = server.client()
            client.send((1...9).map(post).joined())
            waitForGated(server, 4)
            _ = server.onLoop { $0.index }
            #expect(server.counters.requests.value == 4)
            for gate in 1...9 {
                eventually("it waits") { server.counters.requests.value >= min(gate + 3, 9) }
                server.group.release(through: UInt64(gate))
                #expect(client.response()?.header("Gate") == "\(gate)")
            }
        }
    }

    @Test func failureReplacesEveryWaitingResponseBy503() throws {
        try TestServer.run { server in
            let one = server.client()
            let two = server.client()
            one.send((1...4).map(post).joined())
            waitForGated(server, 4)
            two.send(post(5))
            waitForGated(server, 5)
            server.group.release(through: 2)
            server.group.failGated()
            for _ in 1...2 { #expect(one.response()?.status == 204) }
            for _ in 3...4 {
                let response = try #require(one.response())
                #expect(response.status == 503)
                #expect(response.text.contains("outcome-unknown"))
            }
            #expect(two.response()?.status == 503)
            // Reads go on, and whatever still waits for a gate is refused at once.
            one.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(one.response()?.status == 200)
            two.send(post(6))
            #expect(two.response()?.status == 503)
        }
    }

    @Test func failureDropsPinnedBodiesThatWait() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(post(1))
            waitForGated(server, 1)
            // Behind a gate, so it waits too.
            client.send("POST /large/2000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            waitForGated(server, 2)
            server.group.failGated()
            #expect(client.response()?.status == 503)
            #expect(client.response()?.status == 503)
            eventually("it is unpinned") { server.journal.count("unpinned") == 2 }
            #expect(client.isSilent)
        }
    }

    @Test func releasesFromManyThreadsLoseNothing() throws {
        try TestServer.run(.with(\.loops, 2)) { server in
            let clients = (0..<8).map { _ in server.client() }
            for round in 0..<50 {
                for client in clients { client.send(post(round + 1)) }
                server.group.release(through: UInt64(round + 1))
                for client in clients {
                    #expect(client.response()?.header("Gate") == "\(round + 1)")
                }
            }
        }
    }
}
