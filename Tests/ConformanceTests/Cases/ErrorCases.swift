// The form of errors, methods and paths that do not exist, and what is not supported yet.

import Testing
import VarveServer

/// Claims about errors.
enum ErrorCases {
    /// Every case of this topic.
    static let all: [ConformanceCase] = [
        ConformanceCase("errors are problem documents with type, title, status and code") {
            s throws in
            let reply = try s.get("absent")
            #expect(reply["content-type"] == "application/problem+json")
            #expect(reply["cache-control"] == "no-store")
            #expect(reply.text.hasPrefix("{") && reply.text.hasSuffix("}"))
            for member in [#""type":""#, #""title":""#, #""status":404"#, #""code":"not-found""#] {
                #expect(reply.text.contains(member), "\(member)")
            }
        },
        ConformanceCase("errors never repeat what the client sent") { s throws in
            try s.put("a")
            for reply in [
                try s.get("secret-name"), try s.get("a", "offset=secret-name"),
                try s.post("a", type: "secret-name/x", body: "secret-name"),
                try s.put("b", [("Stream-TTL", "secret-name")]),
            ] {
                #expect(reply.status >= 400)
                #expect(!reply.text.contains("secret-name"))
            }
        },
        ConformanceCase("a method that streams do not have is 405 with Allow") { s throws in
            try s.put("a")
            for method in ["PATCH", "TRACE"] {
                let reply = try s.request(method, s.path("a"))
                #expect(reply.status == 405, "\(method)")
                #expect(reply["allow"] == "GET, HEAD, PUT, POST, DELETE, OPTIONS", "\(method)")
                #expect(reply.problemCode == "method-not-allowed")
            }
        },
        ConformanceCase("a method that HTTP does not know is 501") { s throws in
            let reply = try s.request("FROBNICATE", s.path("a"))
            #expect(reply.status == 501)
            #expect(reply.problemCode == "not-implemented")
        },
        ConformanceCase("a path outside the base path is 404") { s throws in
            for path in [
                "/", "/v1", "/v1/streams/a", "/v2/stream/a", s.server.basePath, "/healthy",
            ] {
                let reply = try s.request("GET", path)
                #expect(reply.status == 404, "\(path)")
                #expect(reply["content-type"] == "application/problem+json")
            }
        },
        ConformanceCase("the base path is configurable", on: Setting { $0.basePath = "/logs" }) {
            s in
            let reply = try s.put("a", body: "x")
            #expect(reply.status == 201)
            #expect(reply["location"] == "http://\(s.host)/logs/a")
            #expect(try s.get("a").text == "x")
            #expect(try s.request("GET", "/v1/stream/a").status == 404)
        },
        ConformanceCase("subscriptions are refused in their own error form") { s throws in
            for (method, path) in [
                ("PUT", "/__ds/subscriptions/x"), ("GET", "/__ds/subscriptions/x"),
                ("DELETE", "/__ds/subscriptions/x"), ("POST", "/__ds/subscriptions/x/claim"),
            ] {
                let reply = try s.request(method, s.server.basePath + path)
                #expect(reply.status == 501, "\(method) \(path)")
                #expect(reply["content-type"] == "application/json")
                #expect(reply.text.hasPrefix(#"{"error":{"code":"NOT_SUPPORTED","message":""#))
            }
        },
        ConformanceCase("an unknown control path is 404") { s throws in
            #expect(try s.request("GET", s.server.basePath + "/__ds/nothing").status == 404)
            #expect(try s.request("GET", s.server.basePath + "/__ds").status == 404)
        },
        ConformanceCase("the body of a refused request does not disturb the next one") { s throws in
            let connection = try s.connect()
            let type: Headers = [("Content-Type", "text/plain")]
            try connection.send(
                s.bytes("POST", s.path("absent"), type, Array("GET / HTTP/1.1\r\n\r\n".utf8))
                    + s.bytes("PUT", s.path("a"), type, nil))
            #expect(try connection.readReply().status == 404)
            #expect(try connection.readReply().status == 201)
        },
    ]
}
