import Testing

@testable import VarveNetwork

/// Requests that are refused, each with an answer that the client sees.
@Suite struct StrictnessTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let status: Int
        let request: String
        var testDescription: String { name }

        init(_ name: String, _ status: Int, _ request: String) {
            self.name = name
            self.status = status
            self.request = request
        }
    }

    static let cases = [
        Case(
            "both lengths", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"),
        Case(
            "two lengths", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        Case("folding", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"),
        Case("bare line feed", 400, "GET / HTTP/1.1\nHost: a\n\n"),
        Case("no host", 400, "GET / HTTP/1.1\r\n\r\n"),
        Case("two hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        Case("NUL in a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"),
        Case("space before the colon", 400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        Case(
            "unknown coding", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"),
        Case(
            "chunk size", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        Case("version", 505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        Case("expectation", 417, "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"),
        Case("long target", 414, "GET /\(String(repeating: "x", count: 9000)) HTTP/1.1\r\n"),
        Case(
            "long head", 431,
            "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "y", count: 40_000))"),
        Case(
            "many headers", 431,
            "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: 1\r\n", count: 101))\r\n"),
    ]

    @Test(arguments: cases) func isRefusedAndTheConnectionEnds(example: Case) throws {
        try TestServer.run { server in
            let client = server.client()
            // What follows must not be taken for a request, and must not cause a reset.
            client.send(example.request + String(repeating: "GET /x HTTP/1.1\r\n", count: 5000))
            let response = try #require(client.response())
            #expect(response.status == example.status)
            #expect(response.header("Connection") == "close")
            #expect(response.header("Content-Type") == "application/problem+json")
            #expect(response.text.contains("\"status\":\(example.status)"))
            #expect(client.receive() == .end)
            #expect(server.journal.all.isEmpty)
        }
    }

    @Test func theAnswersBeforeARefusedRequestAreSent() throws {
        try TestServer.run { server in
            let client = server.client()
            client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n")
            #expect(client.response()?.status == 200)
            #expect(client.response()?.status == 400)
            #expect(client.receive() == .end)
        }
    }

    @Test func theRefusalOfOneConnectionLeavesOthersAlone() throws {
        try TestServer.run { server in
            for _ in 0..<3 {
                let bad = server.client()
                bad.send("BAD\r\n\r\n")
                #expect(bad.response()?.status == 400)
                let good = server.client()
                good.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(good.response()?.status == 200)
            }
        }
    }
}
