// HTTP/1.1 as a strict server reads it: what is refused, what is understood, what limits hold.

/// Claims about HTTP strictness.
package enum StrictnessCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = refusals + limits + connections

    /// Requests that are refused with a status before any route sees them.
    private static let refused: [(what: String, status: Int, request: String)] = [
        (
            "Content-Length with Transfer-Encoding", 400,
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        (
            "two different Content-Lengths", 400,
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"
        ),
        (
            "a list of Content-Lengths", 400,
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 4\r\n\r\nabcd"
        ),
        (
            "a signed Content-Length", 400,
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc"
        ),
        (
            "a Content-Length that is no number", 400,
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\nabc"
        ),
        ("an empty Content-Length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n"),
        (
            "a Content-Length over 64 bits", 413,
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n"
        ),
        ("a folded header", 400, "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n c\r\n\r\n"),
        ("bare line feeds", 400, "GET / HTTP/1.1\nHost: h\n\n"),
        ("a bare line feed after a header", 400, "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"),
        ("a bare carriage return in a value", 400, "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n"),
        ("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
        ("two Hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        ("a NUL in a value", 400, "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"),
        ("a control byte in a value", 400, "GET / HTTP/1.1\r\nHost: h\r\nX: a\u{1}b\r\n\r\n"),
        ("a DEL in a value", 400, "GET / HTTP/1.1\r\nHost: h\r\nX: a\u{7F}b\r\n\r\n"),
        ("a space before the colon", 400, "GET / HTTP/1.1\r\nHost : h\r\n\r\n"),
        ("a header without a colon", 400, "GET / HTTP/1.1\r\nHost: h\r\nnothing\r\n\r\n"),
        ("an empty header name", 400, "GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n"),
        ("a header name with a space", 400, "GET / HTTP/1.1\r\nHost: h\r\nX Y: z\r\n\r\n"),
        (
            "an unknown transfer coding", 400,
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"
        ),
        (
            "chunked that is not last", 400,
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"
        ),
        (
            "chunked twice", 400,
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"
        ),
        ("two spaces in the request line", 400, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"),
        ("a space in the target", 400, "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"),
        ("a control byte in the target", 400, "GET /a\u{1}b HTTP/1.1\r\nHost: h\r\n\r\n"),
        ("a fragment in the target", 400, "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n"),
        ("a target that is no path", 400, "GET a HTTP/1.1\r\nHost: h\r\n\r\n"),
        ("no version", 400, "GET /\r\nHost: h\r\n\r\n"),
        ("another protocol's version", 400, "GET / HTTQ/1.1\r\nHost: h\r\n\r\n"),
        ("HTTP/2.0 in the request line", 505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"),
        (
            "an unknown expectation", 417,
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n"
        ),
    ]

    private static let refusals: [ConformanceCase] =
        refused.map { what, status, request in
            ConformanceCase("\(what): \(status), and the connection ends") { s throws in
                let connection = try s.connect()
                connection.sendTolerantly(Array(request.utf8))
                let reply = try connection.readReply()
                s.expect(reply.status, equals: status)
                s.expect(reply["connection"]?.lowercased(), equals: "close")
                s.expect(reply["content-type"], equals: "application/problem+json")
                try s.expect(connection.isClosedByServer())
            }
        } + [
            ConformanceCase("bad chunks are 400, and nothing is appended") { s throws in
                try s.put("a")
                for chunks in [
                    "x\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n",
                    "0x3\r\nabc\r\n0\r\n\r\n", "3\nabc\n0\n\n", "\r\nabc\r\n0\r\n\r\n",
                    "3 \r\nabcx\r\n0\r\n\r\n",
                    "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
                    "3\r\nabc\r\n0\r\nBad Trailer: x\r\n\r\n",
                ] {
                    let connection = try s.connect()
                    connection.sendTolerantly(
                        s.bytes(
                            "POST", s.path("a"),
                            [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")],
                            Array(chunks.utf8)))
                    try s.expect(
                        connection.readReply().status, equals: 400, "\(chunks.debugDescription)")
                }
                try s.expect(s.get("a").body.isEmpty)
            },
            ConformanceCase("equal Content-Lengths twice are 400 or one, never a guess") {
                s throws in
                let reply = try s.raw(
                    "PUT \(s.path("a")) HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                        + "Content-Length: 3\r\n\r\nabc"
                )
                s.expect([201, 400].contains(reply.status))
            },
        ]

    private static let limits: [ConformanceCase] = [
        ConformanceCase("a head over its limit is 431") { s throws in
            let long = String(repeating: "x", count: 40_000)
            try s.expect(
                s.raw("GET / HTTP/1.1\r\nHost: h\r\nX: \(long)\r\n\r\n").status, equals: 431)
        },
        ConformanceCase("a head that never ends is 431 before it ends") { s throws in
            let long = String(repeating: "x", count: 70_000)
            try s.expect(s.raw("GET / HTTP/1.1\r\nHost: h\r\nX: \(long)").status, equals: 431)
        },
        ConformanceCase("a hundred headers are read, a hundred and one are 431") { s throws in
            try s.put("a", body: "x")
            let fields = (0..<99).map { "X-\($0): y\r\n" }.joined()
            try s.expect(
                s.raw("GET \(s.path("a")) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n").status, equals: 200
            )
            try s.expect(
                s.raw("GET \(s.path("a")) HTTP/1.1\r\nHost: h\r\n\(fields)Y: z\r\n\r\n").status,
                equals: 431)
        },
        ConformanceCase("a target over its limit is 414") { s throws in
            let long = String(repeating: "x", count: 9000)
            try s.expect(s.raw("GET /\(long) HTTP/1.1\r\nHost: h\r\n\r\n").status, equals: 414)
        },
        ConformanceCase(
            "a body over the limit is refused by its length, before it is sent",
            on: [.maxBodyBytes(1000)]
        ) { s throws in
            try s.put("a")
            let connection = try s.begin(
                "POST", s.path("a"),
                [("Content-Type", "text/plain"), ("Content-Length", "5000000")])
            try s.expect(connection.readReply().status, equals: 413)
        },
        ConformanceCase(
            "connections beyond the limit are refused",
            on: [.connectionsMax(3)]
        ) { s throws in
            try s.put("a")
            var connections: [ClientConnection] = []
            for _ in 0..<2 {
                let connection = try s.begin("GET", s.path("a"))
                try s.expect(connection.readReply().status, equals: 200)
                connections.append(connection)
            }
            let refused = try s.connect()
            refused.sendTolerantly(s.bytes("GET", s.path("a"), [], nil))
            let answer = try? refused.readReply()
            s.expect(answer == nil || answer?.status == 503)
        },
    ]

    private static let connections: [ConformanceCase] = [
        ConformanceCase("a connection is kept for the next request") { s throws in
            let connection = try s.connect()
            for _ in 0..<5 {
                try connection.send(s.bytes("GET", "/health", [], nil))
                let reply = try connection.readReply()
                s.expect(reply.status, equals: 200)
                s.expect(reply["connection"], equals: nil)
            }
        },
        ConformanceCase("Connection: close is obeyed and said") { s throws in
            let connection = try s.begin("GET", "/health", [("Connection", "close")])
            try s.expect(connection.readReply()["connection"]?.lowercased(), equals: "close")
            try s.expect(connection.isClosedByServer())
        },
        ConformanceCase("HTTP/1.0 is answered and closed, or kept when asked") { s throws in
            let once = try s.connect()
            try once.send("GET /health HTTP/1.0\r\n\r\n")
            try s.expect(once.readReply().status, equals: 200)
            try s.expect(once.isClosedByServer())
            let kept = try s.connect()
            try kept.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            try s.expect(kept.readReply()["connection"]?.lowercased(), equals: "keep-alive")
            try kept.send("GET /health HTTP/1.0\r\n\r\n")
            try s.expect(kept.readReply().status, equals: 200)
        },
        ConformanceCase("HTTP/1.0 gets an event stream without chunks") { s throws in
            try s.put("a", [("Stream-Closed", "true")], body: "x")
            let connection = try s.connect()
            try connection.send("GET \(s.path("a"))?offset=-1&live=sse HTTP/1.0\r\n\r\n")
            let reply = try connection.readReply()
            s.expect(reply["transfer-encoding"], equals: nil)
            s.expect(ServerSentEvent.parse(reply.text).map(\.type), equals: ["data", "control"])
        },
        ConformanceCase("Expect: 100-continue gets 100, then the answer") { s throws in
            try s.put("a")
            let connection = try s.begin(
                "POST", s.path("a"),
                [
                    ("Content-Type", "text/plain"), ("Expect", "100-continue"),
                    ("Content-Length", "5"),
                ])
            try s.expect(connection.readHead().status, equals: 100)
            try connection.send("hello")
            try s.expect(connection.readReply().status, equals: 204)
        },
        ConformanceCase(
            "Expect: 100-continue with a body over the limit gets 413 at once",
            on: [.maxBodyBytes(1000)]
        ) { s throws in
            try s.put("a")
            let connection = try s.begin(
                "POST", s.path("a"),
                [
                    ("Content-Type", "text/plain"), ("Expect", "100-continue"),
                    ("Content-Length", "5000"),
                ])
            let reply = try connection.readReply()
            s.expect(reply.status, equals: 413)
            s.expect(reply.interim.isEmpty)
        },
        ConformanceCase("a half-closed client still gets its answers") { s throws in
            try s.put("a", body: "x")
            let connection = try s.connect()
            try connection.send(
                s.bytes("GET", s.path("a"), [], nil) + s.bytes("GET", s.path("a"), [], nil))
            connection.finishSending()
            try s.expect(connection.readReply().text, equals: "x")
            try s.expect(connection.readReply().text, equals: "x")
            try s.expect(connection.isClosedByServer())
        },
        ConformanceCase("a request in single bytes is the same request") { s throws in
            let connection = try s.connect()
            let request = s.bytes(
                "PUT", s.path("a"),
                [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")],
                Array("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".utf8))
            for byte in request { try connection.send([byte]) }
            try s.expect(connection.readReply().status, equals: 201)
            try s.expect(s.get("a").text, equals: "abcde")
        },
        ConformanceCase("an empty line before a request is skipped") { s throws in
            try s.expect(s.raw("\r\nGET /health HTTP/1.1\r\nHost: h\r\n\r\n").status, equals: 200)
        },
        ConformanceCase("an absolute target is understood") { s throws in
            try s.put("a", body: "x")
            let reply = try s.raw(
                "GET http://\(s.host)\(s.path("a")) HTTP/1.1\r\nHost: \(s.host)\r\n\r\n")
            s.expect(reply.text, equals: "x")
        },
        ConformanceCase("the head of an answer has a Date and a length where it has a body") {
            s throws in
            try s.put("a", body: "x")
            let reply = try s.get("a")
            s.expect(reply["date"]?.hasSuffix(" GMT"), equals: true)
            s.expect(reply["content-length"], equals: "1")
        },
        ConformanceCase("a slow head is closed", on: [.headTimeoutMilliseconds(60)]) {
            s in
            let connection = try s.connect()
            try connection.send("GET / HT")
            let rest = try connection.readToEnd()
            s.expect(
                rest.isEmpty || String(decoding: rest, as: UTF8.self).hasPrefix("HTTP/1.1 408"))
        },
        ConformanceCase(
            "a slow body is closed and appends nothing",
            on: [.bodyTimeoutMilliseconds(60)]
        ) { s throws in
            try s.put("a")
            // At once: a client that pauses in between may find that it is too late already.
            let head = s.bytes(
                "POST", s.path("a"), [("Content-Type", "text/plain"), ("Content-Length", "100")],
                nil)
            let connection = try s.connect()
            try connection.send(head + Array("only this".utf8))
            let rest = try connection.readToEnd()
            s.expect(
                rest.isEmpty || String(decoding: rest, as: UTF8.self).hasPrefix("HTTP/1.1 408"))
            try s.expect(s.get("a").body.isEmpty)
        },
        ConformanceCase(
            "an idle connection is closed", on: [.idleTimeoutMilliseconds(60)]
        ) { s throws in
            // Whoever is slow to send its request has been idle, too: then once more.
            for attempt in 1...100 {
                let connection = try s.connect()
                connection.sendTolerantly(s.bytes("GET", "/health", [], nil))
                guard let reply = try? connection.readReply() else {
                    s.expect(attempt < 100, "no connection is answered")
                    continue
                }
                s.expect(reply.status, equals: 200)
                return try s.expect(connection.isClosedByServer())
            }
        },
    ]
}
