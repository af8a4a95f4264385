// PUT: creating streams, with first content, again, and with refusals.

/// Claims about creating streams.
package enum CreateCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase("PUT creates a stream: 201 with content type, tail offset and Location") {
            s in
            let reply = try s.put("a", type: "text/plain")
            s.expect(reply.status, equals: 201)
            s.expect(reply["content-type"], equals: "text/plain")
            s.expect(reply.nextOffset, equals: "0000000000000000_0000000000000000")
            s.expect(reply["location"], equals: "http://\(s.host)\(s.path("a"))")
            s.expect(reply.closed, equals: nil)
            s.expect(reply.body.isEmpty)
        },
        ConformanceCase("PUT again with the same configuration is 200 and changes nothing") {
            s throws in
            try s.put("a", body: "once")
            let again = try s.put("a", body: "once")
            s.expect(again.status, equals: 200)
            s.expect(again["content-type"], equals: "text/plain")
            s.expect(again.nextOffset, equals: "0000000000000001_0000000000000004")
            try s.expect(s.get("a").text, equals: "once")
        },
        ConformanceCase("PUT again without the body is 200") { s throws in
            try s.put("a", body: "content")
            try s.expect(s.put("a").status, equals: 200)
            try s.expect(s.get("a").text, equals: "content")
        },
        ConformanceCase("PUT with another content type is 409") { s throws in
            try s.put("a", type: "text/plain")
            let reply = try s.put("a", type: "application/json")
            s.expect(reply.status, equals: 409)
            s.expect(reply, isProblem: "config-mismatch")
        },
        ConformanceCase("PUT compares content types without case and parameters") { s throws in
            try s.put("a", type: "application/json")
            try s.expect(s.put("a", type: "APPLICATION/JSON").status, equals: 200)
            try s.expect(s.put("a", type: "application/json; charset=utf-8").status, equals: 200)
        },
        ConformanceCase("the content type is echoed exactly as it was given") { s throws in
            for (index, type) in [
                "Text/Plain", "text/plain;charset=UTF-8", "application/vnd.x+json; v=1",
            ].enumerated() {
                try s.expect(s.put("a\(index)", type: type)["content-type"], equals: type)
                try s.expect(s.head("a\(index)")["content-type"], equals: type)
                try s.expect(s.get("a\(index)")["content-type"], equals: type)
            }
        },
        ConformanceCase("a PUT without content type makes an octet stream") { s throws in
            let reply = try s.put("a", type: nil)
            s.expect(reply.status, equals: 201)
            s.expect(reply["content-type"], equals: "application/octet-stream")
            try s.expect(s.get("a")["content-type"], equals: "application/octet-stream")
        },
        ConformanceCase("a content type that is none makes an octet stream") { s throws in
            for (index, type) in ["plain", "text/", "/plain", "te xt/plain"].enumerated() {
                let reply = try s.put("a\(index)", type: type)
                s.expect(reply.status, equals: 201, "\(type)")
                s.expect(reply["content-type"], equals: "application/octet-stream", "\(type)")
            }
        },
        ConformanceCase("the body of a PUT is the first content") { s throws in
            let reply = try s.put("a", body: "first content")
            s.expect(reply.status, equals: 201)
            s.expect(reply.nextOffset, equals: "0000000000000001_000000000000000d")
            let read = try s.get("a")
            s.expect(read.text, equals: "first content")
            s.expect(read.upToDate, equals: "true")
        },
        ConformanceCase("a chunked body of a PUT is the first content") { s throws in
            let connection = try s.begin(
                "PUT", s.path("a"),
                [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")],
                body: Array("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n".utf8))
            try s.expect(connection.readReply().status, equals: 201)
            try s.expect(s.get("a").text, equals: "hello world")
        },
        ConformanceCase("PUT with Stream-Closed creates a closed stream") { s throws in
            let reply = try s.put("a", [("Stream-Closed", "true")])
            s.expect(reply.status, equals: 201)
            s.expect(reply.closed, equals: "true")
            s.expect(reply.nextOffset != nil)
            try s.expect(s.post("a", body: "x").status, equals: 409)
        },
        ConformanceCase("PUT with a body and Stream-Closed creates the complete stream at once") {
            s in
            let reply = try s.put("a", [("Stream-Closed", "TRUE")], body: "all of it")
            s.expect(reply.status, equals: 201)
            s.expect(reply.closed, equals: "true")
            let read = try s.get("a")
            s.expect(read.text, equals: "all of it")
            s.expect(read.closed, equals: "true")
            s.expect(read.upToDate, equals: "true")
        },
        ConformanceCase("PUT again of a closed stream is 200 with Stream-Closed") { s throws in
            try s.put("a", [("Stream-Closed", "true")], body: "x")
            let again = try s.put("a", [("Stream-Closed", "true")])
            s.expect(again.status, equals: 200)
            s.expect(again.closed, equals: "true")
        },
        ConformanceCase("PUT with another closure state is 409") { s throws in
            try s.put("open")
            try s.expect(s.put("open", [("Stream-Closed", "true")]).status, equals: 409)
            try s.put("closed", [("Stream-Closed", "true")])
            try s.expect(s.put("closed").status, equals: 409)
        },
        ConformanceCase("names are nested paths and percent-decoded") { s throws in
            try s.expect(s.put("a/b/c").status, equals: 201)
            try s.expect(s.head("a/b/c").status, equals: 200)
            try s.expect(s.head("a/b").status, equals: 404)
            try s.put("caf%C3%A9%20x", body: "decoded")
            try s.expect(s.get("caf%c3%a9%20%78").text, equals: "decoded")
        },
        ConformanceCase("Location is the exact path of the request") { s throws in
            let reply = try s.put("caf%C3%A9/x")
            s.expect(reply["location"], equals: "http://\(s.host)\(s.path("caf%C3%A9/x"))")
        },
        ConformanceCase("invalid names are 400 on every method") { s throws in
            let names = [
                "", "/a", "a//b", "a/", ".", "..", "a/../b", "a/./b", "%2e%2e/a", "a%00b", "a%0Ab",
                "a%7Fb", "%FF%FE", "%C0%AF", "%zz", "%4",
                Array(repeating: "s", count: 17).joined(separator: "/"),
                String(repeating: "n", count: 1025),
            ]
            for name in names {
                let reply = try s.put(name)
                s.expect(reply.status, equals: 400, "PUT \(name)")
                s.expect(reply, isProblem: "invalid-name", "PUT \(name)")
                try s.expect(s.get(name).status, equals: 400, "GET \(name)")
                try s.expect(s.post(name, body: "x").status, equals: 400, "POST \(name)")
                try s.expect(s.delete(name).status, equals: 400, "DELETE \(name)")
                try s.expect(s.head(name).status, equals: 400, "HEAD \(name)")
            }
        },
        ConformanceCase("the longest and the deepest names are accepted", on: [.ownServer]) {
            s throws in
            try s.expect(s.put(String(repeating: "n", count: 1024)).status, equals: 201)
            try s.expect(
                s.put(Array(repeating: "s", count: 16).joined(separator: "/")).status, equals: 201)
        },
        ConformanceCase("an encoded slash does not make a segment of its own disappear") {
            s throws in
            try s.put("a%2Fb", body: "one")
            try s.expect(s.get("a/b").text, equals: "one")
        },
        ConformanceCase("the reserved first segment is no stream name", on: [.ownServer]) {
            s throws in
            let reply = try s.put("__ds/x")
            s.expect(reply.status, equals: 404)
            s.expect(reply, isProblem: "not-found")
            try s.expect(s.put("x/__ds").status, equals: 201)
        },
        ConformanceCase(
            "a PUT body over the limit is 413 and creates nothing",
            on: [.maxBodyBytes(1000)]
        ) { s throws in
            let reply = try s.put("a", body: String(repeating: "x", count: 1001))
            s.expect(reply.status, equals: 413)
            s.expect(reply, isProblem: "content-too-large")
            try s.expect(s.head("a").status, equals: 404)
            try s.expect(s.put("b", body: String(repeating: "x", count: 1000)).status, equals: 201)
        },
    ]
}
