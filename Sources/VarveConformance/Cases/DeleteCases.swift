// DELETE, and names that live again.

/// Claims about deleting streams.
package enum DeleteCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase("DELETE is 204 without a body, and the stream is gone for every method") {
            s in
            try s.put("a", body: "x")
            let reply = try s.delete("a")
            s.expect(reply.status, equals: 204)
            s.expect(reply["content-length"], equals: nil)
            try s.expect(s.get("a").status, equals: 404)
            try s.expect(s.get("a", "offset=-1&live=long-poll").status, equals: 404)
            try s.expect(s.get("a", "offset=-1&live=sse").status, equals: 404)
            try s.expect(s.head("a").status, equals: 404)
            try s.expect(s.post("a", body: "x").status, equals: 404)
            try s.expect(s.delete("a").status, equals: 404)
        },
        ConformanceCase("DELETE of a missing stream is 404") { s throws in
            let reply = try s.delete("absent")
            s.expect(reply.status, equals: 404)
            s.expect(reply, isProblem: "not-found")
        },
        ConformanceCase(
            "a deleted name can be created anew at once and shows nothing of the old stream"
        ) { s throws in
            try s.put("a", [("Stream-TTL", "60")], body: "old data")
            try s.post("a", [("Stream-Seq", "9")], body: "more")
            try s.post("a", s.producer("p", 7, 0), body: "even more")
            try s.delete("a")
            let reply = try s.put("a", type: "application/json", body: "[1]")
            s.expect(reply.status, equals: 201)
            s.expect(reply.nextOffset, equals: "0000000000000001_0000000000000002")
            let read = try s.get("a")
            s.expect(read.text, equals: "[1]")
            s.expect(read.upToDate, equals: "true")
            try s.expect(s.head("a")["stream-ttl"], equals: nil)
            let json = "application/json"
            try s.expect(
                s.post("a", type: json, [("Stream-Seq", "1")], body: "2").status, equals: 204)
            try s.expect(
                s.post("a", type: json, s.producer("p", 0, 0), body: "3").status, equals: 200)
            try s.expect(s.get("a").text, equals: "[1,2,3]")
        },
        ConformanceCase("an offset of the old stream beyond the new tail is 400") { s throws in
            let old = try s.put("a", body: "a long old body").nextOffset ?? ""
            try s.delete("a")
            try s.put("a", body: "new")
            try s.expect(s.get("a", "offset=\(old)").status, equals: 400)
        },
        ConformanceCase("deleting one stream leaves its neighbours alone") { s throws in
            try s.put("a", body: "a")
            try s.put("a/b", body: "b")
            try s.put("aa", body: "aa")
            try s.delete("a")
            try s.expect(s.get("a/b").text, equals: "b")
            try s.expect(s.get("aa").text, equals: "aa")
        },
        ConformanceCase("pipelined create, append, delete, create are answered in order") {
            s throws in
            let connection = try s.connect()
            let type: Headers = [("Content-Type", "text/plain")]
            try connection.send(
                s.bytes("PUT", s.path("a"), type, Array("1".utf8))
                    + s.bytes("POST", s.path("a"), type, Array("2".utf8))
                    + s.bytes("DELETE", s.path("a"), [], nil) + s.bytes("GET", s.path("a"), [], nil)
                    + s.bytes("PUT", s.path("a"), type, Array("3".utf8))
                    + s.bytes("GET", s.path("a"), [], nil))
            try s.expect(
                (0..<5).map { _ in try connection.readReply().status },
                equals: [
                    201, 204, 204, 404, 201,
                ])
            try s.expect(connection.readReply().text, equals: "3")
        },
    ]
}
