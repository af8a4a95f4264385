// The form of errors, methods and paths that do not exist, and what is not supported yet.

/// Claims about errors.
package enum ErrorCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase("errors are problem documents with type, title, status and code") {
            s throws in
            let reply = try s.get("absent")
            s.expect(reply["content-type"], equals: "application/problem+json")
            s.expect(reply["cache-control"], equals: "no-store")
            s.expect(reply.text.hasPrefix("{") && reply.text.hasSuffix("}"))
            for member in [#""type":""#, #""title":""#, #""status":404"#, #""code":"not-found""#] {
                s.expect(reply.text.contains(member), "\(member)")
            }
        },
        ConformanceCase("errors never repeat what the client sent") { s throws in
            try s.put("a")
            for reply in [
                try s.get("secret-name"), try s.get("a", "offset=secret-name"),
                try s.post("a", type: "secret-name/x", body: "secret-name"),
                try s.put("b", [("Stream-TTL", "secret-name")]),
            ] {
                s.expect(reply.status >= 400)
                s.expect(!reply.text.contains("secret-name"))
            }
        },
        ConformanceCase("a method that streams do not have is 405 with Allow") { s throws in
            try s.put("a")
            for method in ["PATCH", "TRACE"] {
                let reply = try s.request(method, s.path("a"))
                s.expect(reply.status, equals: 405, "\(method)")
                s.expect(
                    reply["allow"], equals: "GET, HEAD, PUT, POST, DELETE, OPTIONS", "\(method)")
                s.expect(reply, isProblem: "method-not-allowed")
            }
        },
        ConformanceCase("a method that HTTP does not know is 501") { s throws in
            let reply = try s.request("FROBNICATE", s.path("a"))
            s.expect(reply.status, equals: 501)
            s.expect(reply, isProblem: "not-implemented")
        },
        ConformanceCase("a path outside the base path is 404") { s throws in
            for path in [
                "/", "/v1", "/v1/streams/a", "/v2/stream/a", s.server.basePath, "/healthy",
            ] {
                let reply = try s.request("GET", path)
                s.expect(reply.status, equals: 404, "\(path)")
                s.expect(reply["content-type"], equals: "application/problem+json")
            }
        },
        ConformanceCase("the base path is configurable", on: [.basePath("/logs")]) {
            s in
            let reply = try s.put("a", body: "x")
            s.expect(reply.status, equals: 201)
            s.expect(reply["location"], equals: "http://\(s.host)/logs/a")
            try s.expect(s.get("a").text, equals: "x")
            try s.expect(s.request("GET", "/v1/stream/a").status, equals: 404)
        },
        ConformanceCase("subscriptions are refused in their own error form", on: [.ownServer]) {
            s throws in
            for (method, path) in [
                ("PUT", "/__ds/subscriptions/x"), ("GET", "/__ds/subscriptions/x"),
                ("DELETE", "/__ds/subscriptions/x"), ("POST", "/__ds/subscriptions/x/claim"),
            ] {
                let reply = try s.request(method, s.server.basePath + path)
                s.expect(reply.status, equals: 501, "\(method) \(path)")
                s.expect(reply["content-type"], equals: "application/json")
                s.expect(reply.text.hasPrefix(#"{"error":{"code":"NOT_SUPPORTED","message":""#))
            }
        },
        ConformanceCase("an unknown control path is 404") { s throws in
            try s.expect(s.request("GET", s.server.basePath + "/__ds/nothing").status, equals: 404)
            try s.expect(s.request("GET", s.server.basePath + "/__ds").status, equals: 404)
        },
        ConformanceCase("the body of a refused request does not disturb the next one") { s throws in
            let connection = try s.connect()
            let type: Headers = [("Content-Type", "text/plain")]
            try connection.send(
                s.bytes("POST", s.path("absent"), type, Array("GET / HTTP/1.1\r\n\r\n".utf8))
                    + s.bytes("PUT", s.path("a"), type, nil))
            try s.expect(connection.readReply().status, equals: 404)
            try s.expect(connection.readReply().status, equals: 201)
        },
    ]
}
