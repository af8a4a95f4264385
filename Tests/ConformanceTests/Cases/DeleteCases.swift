// DELETE, and names that live again.

import Testing
import VarveServer

/// Claims about deleting streams.
enum DeleteCases {
    /// Every case of this topic.
    static let all: [ConformanceCase] = [
        ConformanceCase("DELETE is 204 without a body, and the stream is gone for every method") {
            s in
            try s.put("a", body: "x")
            let reply = try s.delete("a")
            #expect(reply.status == 204)
            #expect(reply["content-length"] == nil)
            #expect(try s.get("a").status == 404)
            #expect(try s.get("a", "offset=-1&live=long-poll").status == 404)
            #expect(try s.get("a", "offset=-1&live=sse").status == 404)
            #expect(try s.head("a").status == 404)
            #expect(try s.post("a", body: "x").status == 404)
            #expect(try s.delete("a").status == 404)
        },
        ConformanceCase("DELETE of a missing stream is 404") { s throws in
            let reply = try s.delete("absent")
            #expect(reply.status == 404)
            #expect(reply.problemCode == "not-found")
        },
        ConformanceCase(
            "a deleted name can be created anew at once and shows nothing of the old stream"
        ) { s throws in
            try s.put("a", [("Stream-TTL", "60")], body: "old data")
            try s.post("a", [("Stream-Seq", "9")], body: "more")
            try s.post("a", s.producer("p", 7, 0), body: "even more")
            try s.delete("a")
            let reply = try s.put("a", type: "application/json", body: "[1]")
            #expect(reply.status == 201)
            #expect(reply.nextOffset == "0000000000000001_0000000000000002")
            let read = try s.get("a")
            #expect(read.text == "[1]")
            #expect(read.upToDate == "true")
            #expect(try s.head("a")["stream-ttl"] == nil)
            let json = "application/json"
            #expect(try s.post("a", type: json, [("Stream-Seq", "1")], body: "2").status == 204)
            #expect(try s.post("a", type: json, s.producer("p", 0, 0), body: "3").status == 200)
            #expect(try s.get("a").text == "[1,2,3]")
        },
        ConformanceCase("an offset of the old stream beyond the new tail is 400") { s throws in
            let old = try s.put("a", body: "a long old body").nextOffset ?? ""
            try s.delete("a")
            try s.put("a", body: "new")
            #expect(try s.get("a", "offset=\(old)").status == 400)
        },
        ConformanceCase("deleting one stream leaves its neighbours alone") { s throws in
            try s.put("a", body: "a")
            try s.put("a/b", body: "b")
            try s.put("aa", body: "aa")
            try s.delete("a")
            #expect(try s.get("a/b").text == "b")
            #expect(try s.get("aa").text == "aa")
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
            #expect(
                try (0..<5).map { _ in try connection.readReply().status } == [
                    201, 204, 204, 404, 201,
                ])
            #expect(try connection.readReply().text == "3")
        },
    ]
}
