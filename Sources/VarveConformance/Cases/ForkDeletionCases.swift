// Deleting streams that have forks, and the forks of deleted streams.

/// Claims about deleting sources and forks.
package enum ForkDeletionCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase("a source with a fork is deleted with 204, and then 410 and 409") {
            s throws in
            try s.put("source", body: "x")
            try s.fork("fork", of: "source")
            try s.expect(s.delete("source").status, equals: 204)
            for reply in [
                try s.get("source"), try s.get("source", "offset=now"),
                try s.get("source", "offset=-1&live=long-poll"),
                try s.get("source", "offset=-1&live=sse"), try s.post("source", body: "y"),
                try s.delete("source"),
            ] {
                s.expect(reply.status, equals: 410)
                s.expect(reply, isProblem: "deleted")
            }
            try s.expect(s.head("source").status, equals: 410)
            let put = try s.put("source")
            s.expect(put.status, equals: 409)
            s.expect(put, isProblem: "name-held-by-forks")
            try s.expect(s.get("fork").text, equals: "x")
            try s.expect(s.post("fork", body: "y").status, equals: 204)
            try s.expect(s.get("fork").text, equals: "xy")
        },
        ConformanceCase("a deleted source cannot be forked, and a refusal keeps nothing") {
            s throws in
            try s.put("source", body: "x")
            try s.fork("fork", of: "source")
            try s.delete("source")
            let reply = try s.fork("second", of: "source")
            s.expect(reply.status, equals: 409)
            s.expect(reply, isProblem: "fork-source-deleted")
            try s.delete("fork")
            try s.expect(s.get("source").status, equals: 404)
        },
        ConformanceCase("the fork of a deleted source is found as it was asked for") { s throws in
            try s.put("source", body: "x")
            try s.fork("fork", of: "source")
            try s.delete("source")
            try s.expect(s.fork("fork", of: "source").status, equals: 200)
            try s.expect(s.fork("fork", of: "source", at: s.beginning).status, equals: 409)
        },
        ConformanceCase("with its last fork the source is gone, and its name is free") {
            s throws in
            try s.put("source", body: "x")
            try s.fork("one", of: "source")
            try s.fork("two", of: "source")
            try s.delete("source")
            try s.delete("one")
            try s.expect(s.get("source").status, equals: 410)
            try s.expect(s.put("source").status, equals: 409)
            try s.delete("two")
            try s.expect(s.get("source").status, equals: 404)
            try s.expect(s.delete("source").status, equals: 404)
            try s.expect(s.put("source", body: "new").status, equals: 201)
            try s.expect(s.get("source").text, equals: "new")
        },
        ConformanceCase("deleting a fork leaves its living source alone") { s throws in
            try s.put("source", body: "x")
            try s.fork("fork", of: "source", body: "y")
            try s.expect(s.delete("fork").status, equals: 204)
            try s.expect(s.get("fork").status, equals: 404)
            try s.expect(s.get("source").text, equals: "x")
            try s.delete("source")
            try s.expect(s.get("source").status, equals: 404)
        },
        ConformanceCase("a deletion goes up the chain at once") { s throws in
            try s.put("a", body: "a")
            try s.fork("b", of: "a", body: "b")
            try s.fork("c", of: "b", body: "c")
            try s.fork("d", of: "c", body: "d")
            try s.delete("b")
            try s.delete("a")
            try s.delete("c")
            for name in ["a", "b", "c"] { try s.expect(s.get(name).status, equals: 410) }
            try s.expect(s.get("d").text, equals: "abcd")
            try s.delete("d")
            for name in ["a", "b", "c", "d"] {
                try s.expect(s.get(name).status, equals: 404)
                try s.expect(s.put(name).status, equals: 201)
            }
        },
        ConformanceCase("a deletion stops at a stream that lives or has another fork") {
            s throws in
            try s.put("a", body: "a")
            try s.fork("b", of: "a", body: "b")
            try s.fork("c", of: "b", body: "c")
            try s.fork("side", of: "a", body: "s")
            try s.delete("a")
            try s.delete("b")
            try s.delete("c")
            try s.expect(s.get("b").status, equals: 404)
            try s.expect(s.get("a").status, equals: 410)
            try s.expect(s.get("side").text, equals: "as")
            try s.delete("side")
            try s.expect(s.get("a").status, equals: 404)
        },
        ConformanceCase("a fork whose time is over lets its deleted source go") { s throws in
            try s.put("source", body: "x")
            try s.fork("fork", of: "source", [("Stream-TTL", "5")])
            try s.delete("source")
            try s.expect(s.get("source").status, equals: 410)
            try s.server.advance(milliseconds: 6000)
            try s.expect(s.delete("fork").status, equals: 404)
            try s.expect(s.get("source").status, equals: 404)
        },
        ConformanceCase("a fork whose time is over does not hold a source that is deleted then") {
            s throws in
            try s.put("source", body: "x")
            try s.fork("fork", of: "source", [("Stream-TTL", "1")])
            try s.server.advance(milliseconds: 1500)
            try s.expect(s.delete("source").status, equals: 204)
            try s.expect(s.get("source").status, equals: 404)
            try s.expect(s.put("source").status, equals: 201)
        },
        ConformanceCase("a deleted source is not listed, its fork is", on: [.ownServer]) {
            s throws in
            try s.put("source", body: "x")
            try s.fork("fork", of: "source")
            try s.delete("source")
            let list = try s.get("__ds/streams").text
            s.expect(list.contains("fork"))
            s.expect(!list.contains("source"))
        },
        ConformanceCase("pipelined source, fork, deletion and read are answered in order") {
            s throws in
            let connection = try s.connect()
            let type: Headers = [("Content-Type", "text/plain")]
            let fork = type + [("Stream-Forked-From", s.path("a"))]
            try connection.send(
                s.bytes("PUT", s.path("a"), type, Array("1".utf8))
                    + s.bytes("PUT", s.path("b"), fork, Array("2".utf8))
                    + s.bytes("DELETE", s.path("a"), [], nil)
                    + s.bytes("GET", s.path("b"), [], nil) + s.bytes("GET", s.path("a"), [], nil)
                    + s.bytes("DELETE", s.path("b"), [], nil)
                    + s.bytes("GET", s.path("a"), [], nil))
            let replies = try (0..<7).map { _ in try connection.readReply() }
            s.expect(replies.map(\.status), equals: [201, 201, 204, 200, 410, 204, 404])
            s.expect(replies[3].text, equals: "12")
        },
    ]
}
