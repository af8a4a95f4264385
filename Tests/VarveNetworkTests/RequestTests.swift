import Glibc
import Testing
import VarveHTTP
import VarvePlatform

@testable import VarveNetwork

/// How requests arrive and responses leave on a good connection.
@Suite struct RequestTests {
    @Test func aBodyIsDeliveredWholeAndTheConnectionGoesOn() throws {
        try TestServer.run { server in
            let client = server.client()
            for text in ["one", "two"] {
                client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\(text)")
                let response = try #require(client.response())
                #expect(response.status == 200)
                #expect(response.text == text)
                #expect(response.header("Content-Length") == "3")
                #expect(response.header("Connection") == nil)
                #expect(response.header("Date")?.hasSuffix("GMT") == true)
            }
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        try TestServer.run { server in
            let client = server.client()
            let requests = (0..<40).map {
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\($0 + 10)"
            }
            client.send(requests.joined())
            for number in 0..<40 { #expect(client.response()?.text == "\(number + 10)") }
            #expect(client.isSilent)
        }
    }

    @Test func pipelinedRequestsAreHandledInOneTurnAndLeaveInOneSend() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = client.response()
            let turns = server.onLoop { $0.counters.turns.value }
            let request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
            client.send(String(repeating: request, count: 16))
            for _ in 0..<16 { #expect(client.response()?.text == "ab") }
            // The turn of the requests, and those of the two questions asked here.
            #expect(server.onLoop { $0.counters.turns.value } <= turns + 3)
        }
    }

    @Test(arguments: [
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: 1\r\n\r\n",
    ]) func everySplitGivesTheSameAnswer(request: String) throws {
        try TestServer.run { server in
            let client = server.client()
            let bytes = Array(request.utf8)
            for split in 1..<bytes.count {
                client.send(bytes: Array(bytes[..<split]))
                eventually("the first part arrives") { server.counters.incomplete.value == 1 }
                client.send(bytes: Array(bytes[split...]))
                #expect(client.response()?.text == "hello", "split at \(split)")
            }
        }
    }

    @Test func aRequestInSingleBytesIsUnderstood() throws {
        try TestServer.run { server in
            let client = server.client()
            let request =
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n0\r\n\r\n"
            for (index, byte) in request.utf8.enumerated() {
                client.send(bytes: [byte])
                eventually("byte \(index) arrives") {
                    server.counters.bytesReceived.value == index + 1
                }
            }
            #expect(client.response()?.text == "abc")
            eventually("nothing is kept") { server.counters.incomplete.value == 0 }
        }
    }

    @Test(arguments: [200_000, 3_000_000]) func aLargeBodyArrivesWhole(size: Int) throws {
        try TestServer.run { server in
            let client = server.client()
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n"
            client.send(bytes: Array(head.utf8) + body)
            #expect(client.response()?.body == body)
        }
    }

    @Test func aLargeChunkedBodyArrivesWholeAndTheNextRequestIsFound() throws {
        try TestServer.run { server in
            let client = server.client()
            let piece = String(repeating: "0123456789abcdef", count: 625)
            let chunk = "2710\r\n\(piece)\r\n"
            client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: chunk, count: 50) + "0\r\n\r\n"
                    + "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            #expect(client.response()?.text == String(repeating: piece, count: 50))
            #expect(client.response()?.text == "x")
        }
    }

    @Test func connectionCloseEndsTheConnectionBehindTheResponse() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let (text, end) = client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.contains("\r\nConnection: close\r\n"))
            #expect(end == .end)
        }
    }

    @Test func http10ClosesUnlessItAsksToBeKept() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /empty HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(client.response()?.header("Connection") == "keep-alive")
            client.send("GET /empty HTTP/1.0\r\n\r\n")
            #expect(client.response()?.header("Connection") == "close")
            #expect(client.receive() == .end)
        }
    }

    @Test func headDeclaresTheLengthAndHasNoBody() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(
                "HEAD /large/100000 HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            #expect(client.response(toHead: true)?.header("Content-Length") == "100000")
            #expect(client.response()?.header("Content-Length") == "0")
        }
    }

    @Test func continueIsSentOnlyWhenTheBodyIsNotThere() throws {
        try TestServer.run { server in
            let client = server.client()
            let head =
                "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                + "Content-Length: 2\r\n\r\n"
            client.send(head)
            #expect(client.response()?.status == 100)
            client.send("ab")
            #expect(client.response()?.text == "ab")
            client.send(head + "cd")
            let response = try #require(client.response())
            #expect(response.status == 200)
            #expect(response.text == "cd")
        }
    }

    @Test func aClientThatEndsItsSideGetsAllAnswers() throws {
        try TestServer.run { server in
            let client = server.client()
            let request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nz"
            client.send(request + request + request)
            client.finishSending()
            for _ in 0..<3 { #expect(client.response()?.text == "z") }
            #expect(client.receive() == .end)
            eventually("it is closed") { server.counters.connections.value == 0 }
        }
    }

    @Test func aClientThatEndsItsSideWaitsForWorkUnderWay() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send(
                "GET /work HTTP/1.1\r\nHost: a\r\n\r\nGET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            client.finishSending()
            eventually("it is parked") { server.counters.parked.value == 1 }
            _ = server.withOwner { owner, _ in owner.exchange.respond(.created) { _ in } }
            #expect(client.response()?.status == 201)
            #expect(client.response()?.status == 200)
            #expect(client.receive() == .end)
        }
    }

    @Test func aHalfRequestWithoutItsRestIsDropped() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
            client.finishSending()
            #expect(client.readToEnd() == ("", .end))
            #expect(server.journal.all.isEmpty)
        }
    }

    @Test func aHandlerThatGivesNoAnswerIsAnsweredFor() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /none HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.status == 500)
        }
    }

    @Test func allLoopsTakeConnectionsOfOnePort() throws {
        try TestServer.run(.with(\.loops, 2)) { server in
            for _ in 0..<64 {
                let client = server.client()
                client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(client.response()?.status == 200)
            }
            for loop in server.group.loops { #expect(loop.counters.requests.value > 0) }
        }
    }

    @Test func responsesAreNotDelayedToBeCollected() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.status == 200)
            let noDelay = server.onLoop { loop -> Int32 in
                guard let token = loop.table.tokens.first, let connection = loop.table.find(token)
                else { return -1 }
                var value: Int32 = 0
                var size = socklen_t(MemoryLayout<Int32>.size)
                let descriptor = connection.pointee.transport.descriptor
                getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &size)
                return value
            }
            #expect(noDelay == 1)
        }
    }

    @Test func aResponseThatTakesLongerThanTheIdleTimeArrivesWhole() throws {
        try TestServer.run(.with(\.stallMilliseconds, 1_000_000)) { server in
            let client = server.client(receiveBufferBytes: 4096)
            client.send("GET /large/8000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.readHead() != nil)
            for _ in 0..<8 {
                #expect(client.read(1_000_000)?.count == 1_000_000)
                server.advance(milliseconds: 15_000)
            }
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.status == 200)
        }
    }
}
