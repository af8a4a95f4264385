// PUT: creating streams, with first content, again, and with refusals.

import Testing
import VarveServer

/// Claims about creating streams.
enum CreateCases {
    /// Every case of this topic.
    static let all: [ConformanceCase] = [
        ConformanceCase("PUT creates a stream: 201 with content type, tail offset and Location") {
            s in
            let reply = try s.put("a", type: "text/plain")
            #expect(reply.status == 201)
            #expect(reply["content-type"] == "text/plain")
            #expect(reply.nextOffset == "0000000000000000_0000000000000000")
            #expect(reply["location"] == "http://\(s.host)\(s.path("a"))")
            #expect(reply.closed == nil)
            #expect(reply.body.isEmpty)
        },
        ConformanceCase("PUT again with the same configuration is 200 and changes nothing") {
            s throws in
            try s.put("a", body: "once")
            let again = try s.put("a", body: "once")
            #expect(again.status == 200)
            #expect(again["content-type"] == "text/plain")
            #expect(again.nextOffset == "0000000000000001_0000000000000004")
            #expect(try s.get("a").text == "once")
        },
        ConformanceCase("PUT again without the body is 200") { s throws in
            try s.put("a", body: "content")
            #expect(try s.put("a").status == 200)
            #expect(try s.get("a").text == "content")
        },
        ConformanceCase("PUT with another content type is 409") { s throws in
            try s.put("a", type: "text/plain")
            let reply = try s.put("a", type: "application/json")
            #expect(reply.status == 409)
            #expect(reply.problemCode == "config-mismatch")
        },
        ConformanceCase("PUT compares content types without case and parameters") { s throws in
            try s.put("a", type: "application/json")
            #expect(try s.put("a", type: "APPLICATION/JSON").status == 200)
            #expect(try s.put("a", type: "application/json; charset=utf-8").status == 200)
        },
        ConformanceCase("the content type is echoed exactly as it was given") { s throws in
            for (index, type) in [
                "Text/Plain", "text/plain;charset=UTF-8", "application/vnd.x+json; v=1",
            ].enumerated() {
                #expect(try s.put("a\(index)", type: type)["content-type"] == type)
                #expect(try s.head("a\(index)")["content-type"] == type)
                #expect(try s.get("a\(index)")["content-type"] == type)
            }
        },
        ConformanceCase("a PUT without content type makes an octet stream") { s throws in
            let reply = try s.put("a", type: nil)
            #expect(reply.status == 201)
            #expect(reply["content-type"] == "application/octet-stream")
            #expect(try s.get("a")["content-type"] == "application/octet-stream")
        },
        ConformanceCase("a content type that is none makes an octet stream") { s throws in
            for (index, type) in ["plain", "text/", "/plain", "te xt/plain"].enumerated() {
                let reply = try s.put("a\(index)", type: type)
                #expect(reply.status == 201, "\(type)")
                #expect(reply["content-type"] == "application/octet-stream", "\(type)")
            }
        },
        ConformanceCase("the body of a PUT is the first content") { s throws in
            let reply = try s.put("a", body: "first content")
            #expect(reply.status == 201)
            #expect(reply.nextOffset == "0000000000000001_000000000000000d")
            let read = try s.get("a")
            #expect(read.text == "first content")
            #expect(read.upToDate == "true")
        },
        ConformanceCase("a chunked body of a PUT is the first content") { s throws in
            let connection = try s.begin(
                "PUT", s.path("a"),
                [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")],
                body: Array("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n".utf8))
            #expect(try connection.readReply().status == 201)
            #expect(try s.get("a").text == "hello world")
        },
        ConformanceCase("PUT with Stream-Closed creates a closed stream") { s throws in
            let reply = try s.put("a", [("Stream-Closed", "true")])
            #expect(reply.status == 201)
            #expect(reply.closed == "true")
            #expect(reply.nextOffset != nil)
            #expect(try s.post("a", body: "x").status == 409)
        },
        ConformanceCase("PUT with a body and Stream-Closed creates the complete stream at once") {
            s in
            let reply = try s.put("a", [("Stream-Closed", "TRUE")], body: "all of it")
            #expect(reply.status == 201)
            #expect(reply.closed == "true")
            let read = try s.get("a")
            #expect(read.text == "all of it")
            #expect(read.closed == "true")
            #expect(read.upToDate == "true")
        },
        ConformanceCase("PUT again of a closed stream is 200 with Stream-Closed") { s throws in
            try s.put("a", [("Stream-Closed", "true")], body: "x")
            let again = try s.put("a", [("Stream-Closed", "true")])
            #expect(again.status == 200)
            #expect(again.closed == "true")
        },
        ConformanceCase("PUT with another closure state is 409") { s throws in
            try s.put("open")
            #expect(try s.put("open", [("Stream-Closed", "true")]).status == 409)
            try s.put("closed", [("Stream-Closed", "true")])
            #expect(try s.put("closed").status == 409)
        },
        ConformanceCase("names are nested paths and percent-decoded") { s throws in
            #expect(try s.put("a/b/c").status == 201)
            #expect(try s.head("a/b/c").status == 200)
            #expect(try s.head("a/b").status == 404)
            try s.put("caf%C3%A9%20x", body: "decoded")
            #expect(try s.get("caf%c3%a9%20%78").text == "decoded")
        },
        ConformanceCase("Location is the exact path of the request") { s throws in
            let reply = try s.put("caf%C3%A9/x")
            #expect(reply["location"] == "http://\(s.host)\(s.path("caf%C3%A9/x"))")
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
                #expect(reply.status == 400, "PUT \(name)")
                #expect(reply.problemCode == "invalid-name", "PUT \(name)")
                #expect(try s.get(name).status == 400, "GET \(name)")
                #expect(try s.post(name, body: "x").status == 400, "POST \(name)")
                #expect(try s.delete(name).status == 400, "DELETE \(name)")
                #expect(try s.head(name).status == 400, "HEAD \(name)")
            }
        },
        ConformanceCase("the longest and the deepest names are accepted") { s throws in
            #expect(try s.put(String(repeating: "n", count: 1024)).status == 201)
            #expect(
                try s.put(Array(repeating: "s", count: 16).joined(separator: "/")).status == 201)
        },
        ConformanceCase("an encoded slash does not make a segment of its own disappear") {
            s throws in
            try s.put("a%2Fb", body: "one")
            #expect(try s.get("a/b").text == "one")
        },
        ConformanceCase("the reserved first segment is no stream name") { s throws in
            let reply = try s.put("__ds/x")
            #expect(reply.status == 404)
            #expect(reply.problemCode == "not-found")
            #expect(try s.put("x/__ds").status == 201)
        },
        ConformanceCase("fork headers are refused as not supported, and nothing is created") {
            s throws in
            try s.put("source", body: "x")
            let reply = try s.put("fork", [("Stream-Forked-From", s.path("source"))])
            #expect(reply.status == 501)
            #expect(reply.problemCode == "forks-not-supported")
            let offset = try s.put("fork", [("Stream-Fork-Offset", "-1")])
            #expect(offset.status == 501)
            let within = try s.put("fork", [("Stream-Fork-Sub-Offset", "0")])
            #expect(within.status == 501)
            #expect(try s.head("fork").status == 404)
        },
        ConformanceCase(
            "a PUT body over the limit is 413 and creates nothing",
            on: Setting { $0.maxBodyBytes = 1000 }
        ) { s throws in
            let reply = try s.put("a", body: String(repeating: "x", count: 1001))
            #expect(reply.status == 413)
            #expect(reply.problemCode == "content-too-large")
            #expect(try s.head("a").status == 404)
            #expect(try s.put("b", body: String(repeating: "x", count: 1000)).status == 201)
        },
    ]
}
