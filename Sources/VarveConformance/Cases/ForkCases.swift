// Forks: what they share and what they do not.

/// Claims about what forks have of their sources.
package enum ForkCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = sharing + settings + live

    private static let sharing: [ConformanceCase] = [
        ConformanceCase("a fork begins with all of its source, and shares its offsets") {
            s throws in
            let tail = try s.put("source", body: "one").nextOffset ?? ""
            let reply = try s.fork("fork", of: "source")
            s.expect(reply.status, equals: 201)
            s.expect(reply.nextOffset, equals: tail)
            s.expect(reply["content-type"], equals: "text/plain")
            s.expect(reply["location"], equals: "http://\(s.host)\(s.path("fork"))")
            try s.expect(s.get("fork").text, equals: "one")
            try s.expect(s.head("fork").nextOffset, equals: tail)
        },
        ConformanceCase("what is appended to one is not in the other") { s throws in
            try s.put("source", body: "shared ")
            try s.fork("fork", of: "source")
            try s.post("source", body: "of the source")
            try s.post("fork", body: "of the fork")
            try s.expect(s.get("source").text, equals: "shared of the source")
            try s.expect(s.get("fork").text, equals: "shared of the fork")
        },
        ConformanceCase("a fork at an offset has the source up to there") { s throws in
            let first = try s.put("source", body: "one,").nextOffset ?? ""
            try s.post("source", body: "two")
            let reply = try s.fork("fork", of: "source", at: first)
            s.expect(reply.status, equals: 201)
            s.expect(reply.nextOffset, equals: first)
            try s.expect(s.get("fork").text, equals: "one,")
            try s.post("fork", body: "other")
            try s.expect(s.get("fork").text, equals: "one,other")
            try s.expect(s.get("fork", "offset=\(first)").text, equals: "other")
        },
        ConformanceCase("a fork at the beginning has nothing of its source") { s throws in
            try s.put("source", body: "one")
            try s.expect(s.fork("fork", of: "source", at: s.beginning).status, equals: 201)
            try s.expect(s.get("fork").text, equals: "")
            try s.post("fork", body: "own")
            try s.expect(s.get("fork").text, equals: "own")
        },
        ConformanceCase("the first body comes behind what is shared") { s throws in
            try s.put("source", body: "shared,")
            try s.fork("fork", of: "source", body: "first")
            try s.expect(s.get("fork").text, equals: "shared,first")
            try s.expect(s.get("source").text, equals: "shared,")
        },
        ConformanceCase("a read over the border is one JSON array") { s throws in
            let json = "application/json"
            try s.put("source", type: json, body: "[1,2,3]")
            try s.fork("fork", of: "source", type: json, body: "[4,5]")
            try s.post("fork", type: json, body: "6")
            let all = try s.get("fork")
            s.expect(all.text, equals: "[1,2,3,4,5,6]")
            s.expect(all.upToDate, equals: "true")
        },
        ConformanceCase(
            "pages over the border are whole records, and end where the next begins",
            on: [.pageBytes(1024)]
        ) { s throws in
            func body(_ letter: String, _ count: Int) -> String {
                String(repeating: letter, count: count)
            }
            try s.put("source", body: body("a", 700))
            try s.post("source", body: body("b", 700))
            try s.fork("fork", of: "source", body: body("c", 200))
            try s.post("fork", body: body("d", 900))
            var offset = "-1"
            var text = ""
            var pages = 0
            while true {
                let page = try s.get("fork", "offset=\(offset)")
                s.expect(page.body.count <= 1024)
                text += page.text
                pages += 1
                offset = page.nextOffset ?? ""
                if page.upToDate == "true" { break }
            }
            s.expect(
                text, equals: body("a", 700) + body("b", 700) + body("c", 200) + body("d", 900))
            s.expect(pages, equals: 3)
        },
        ConformanceCase("forks of forks read through all of them") { s throws in
            try s.put("a", body: "a")
            try s.fork("b", of: "a", body: "b")
            try s.fork("c", of: "b", body: "c")
            let middle = try s.fork("d", of: "c", body: "d").nextOffset ?? ""
            try s.post("d", body: "e")
            try s.expect(s.get("d").text, equals: "abcde")
            try s.expect(s.get("c").text, equals: "abc")
            try s.expect(s.get("d", "offset=\(middle)").text, equals: "e")
            let early = try s.head("a").nextOffset ?? ""
            try s.fork("e", of: "d", at: early, body: "!")
            try s.expect(s.get("e").text, equals: "a!")
        },
        ConformanceCase("a fork of a closed stream is open, and has all of it") { s throws in
            try s.put("source", [("Stream-Closed", "true")], body: "done")
            let reply = try s.fork("fork", of: "source")
            s.expect(reply.status, equals: 201)
            s.expect(reply.closed, equals: nil)
            try s.expect(s.get("fork").closed, equals: nil)
            try s.expect(s.post("fork", body: " more").status, equals: 204)
            try s.expect(s.get("fork").text, equals: "done more")
            try s.expect(s.get("source").closed, equals: "true")
        },
        ConformanceCase("a fork may be created closed") { s throws in
            try s.put("source", body: "x")
            let reply = try s.fork("fork", of: "source", [("Stream-Closed", "true")], body: "y")
            s.expect(reply.closed, equals: "true")
            try s.expect(s.get("fork").text, equals: "xy")
            try s.expect(s.post("fork", body: "z").status, equals: 409)
            try s.expect(s.post("source", body: "z").status, equals: 204)
        },
        ConformanceCase("producers and Stream-Seq are not inherited") { s throws in
            try s.put("source")
            try s.post("source", s.producer("p", 3, 0) + [("Stream-Seq", "m")], body: "x")
            try s.fork("fork", of: "source")
            let reply = try s.post(
                "fork", s.producer("p", 0, 0) + [("Stream-Seq", "a")], body: "y")
            s.expect(reply.status, equals: 200)
            try s.expect(s.get("fork").text, equals: "xy")
        },
        ConformanceCase("fork headers are on no response") { s throws in
            try s.put("source", body: "x")
            let replies = [
                try s.fork("fork", of: "source", at: s.beginning), try s.head("fork"),
                try s.get("fork"),
            ]
            for reply in replies {
                s.expect(!reply.headers.contains { $0.name.hasPrefix("stream-fork") })
            }
        },
    ]

    private static let settings: [ConformanceCase] = [
        ConformanceCase("TTL and expiry are the source's, unless the fork has its own") {
            s throws in
            let time = s.server.time(inSeconds: 500)
            try s.put("sliding", [("Stream-TTL", "100")])
            try s.put("absolute", [("Stream-Expires-At", time)])
            try s.put("plain")
            try s.fork("a", of: "sliding")
            try s.expect(s.head("a")["stream-ttl"], equals: "100")
            try s.fork("b", of: "absolute")
            try s.expect(s.head("b")["stream-expires-at"], equals: time)
            try s.fork("c", of: "sliding", [("Stream-TTL", "900")])
            try s.expect(s.head("c")["stream-ttl"], equals: "900")
            try s.fork("d", of: "plain", [("Stream-TTL", "7")])
            try s.expect(s.head("d")["stream-ttl"], equals: "7")
            try s.fork("e", of: "plain")
            try s.expect(s.head("e")["stream-ttl"], equals: nil)
            try s.fork("f", of: "absolute", [("Stream-TTL", "8")])
            try s.expect(s.head("f")["stream-expires-at"], equals: nil)
            try s.fork("g", of: "a")
            try s.expect(s.head("g")["stream-ttl"], equals: "100")
        },
        ConformanceCase("reading a fork never slides its source") { s throws in
            try s.put("source", [("Stream-TTL", "10")], body: "x")
            try s.fork("fork", of: "source", [("Stream-TTL", "1000")])
            for _ in 0..<4 {
                try s.server.advance(milliseconds: 4000)
                try s.expect(s.get("fork").text, equals: "x")
            }
            try s.expect(s.get("source").status, equals: 410)
        },
        ConformanceCase("a fork outlives a source whose time is over; the source is then 410") {
            s throws in
            try s.put("source", [("Stream-TTL", "5")], body: "x")
            try s.fork("fork", of: "source", [("Stream-TTL", "1000")], body: "y")
            try s.server.advance(milliseconds: 6000)
            for reply in [
                try s.get("source"), try s.head("source"), try s.post("source", body: "z"),
                try s.delete("source"),
            ] { s.expect(reply.status, equals: 410) }
            try s.expect(s.put("source").status, equals: 409)
            try s.expect(s.fork("other", of: "source").status, equals: 409)
            try s.expect(s.get("fork").text, equals: "xy")
            try s.delete("fork")
            try s.expect(s.get("source").status, equals: 404)
            try s.expect(s.put("source").status, equals: 201)
        },
        ConformanceCase("an inherited window slides by the fork's own use") { s throws in
            try s.put("source", [("Stream-TTL", "10")], body: "x")
            try s.fork("fork", of: "source")
            for _ in 0..<4 {
                try s.server.advance(milliseconds: 6000)
                try s.expect(s.get("source").status, equals: 200)
            }
            try s.expect(s.get("fork").status, equals: 404)
            try s.expect(s.put("fork").status, equals: 201)
        },
        ConformanceCase("a source whose time is over and that has no forks is 404 to a fork") {
            s throws in
            try s.put("source", [("Stream-TTL", "5")], body: "x")
            try s.server.advance(milliseconds: 6000)
            let reply = try s.fork("fork", of: "source")
            s.expect(reply.status, equals: 404)
            s.expect(reply, isProblem: "fork-source-not-found")
        },
    ]

    private static let live: [ConformanceCase] = [
        ConformanceCase("who waits on a fork is woken by the fork and never by the source") {
            s throws in
            try s.put("source", body: "x")
            let tail = try s.fork("fork", of: "source").nextOffset ?? ""
            let waiting = try s.park("fork", "offset=\(tail)")
            try s.post("source", body: "not this")
            try s.post("fork", body: "but this")
            try s.expect(waiting.readReply().text, equals: "but this")
        },
        ConformanceCase("an event stream of a fork has what is shared, then what comes") {
            s throws in
            try s.put("source", body: "one")
            try s.fork("fork", of: "source", body: "two")
            let stream = try s.subscribe("fork", "offset=-1")
            try stream.read(controls: 1)
            s.expect(stream.text.contains("data:onetwo\n"))
            try s.post("source", body: "other")
            try s.post("fork", body: "three")
            try stream.read(controls: 2)
            s.expect(stream.text.contains("data:three\n"))
            s.expect(!stream.text.contains("other"))
        },
        ConformanceCase("who waits on a source that is deleted gets 410, on its fork nothing") {
            s throws in
            let tail = try s.put("source", body: "x").nextOffset ?? ""
            try s.fork("fork", of: "source")
            let onFork = try s.park("fork", "offset=\(tail)")
            let onSource = try s.park("source", "offset=\(tail)")
            try s.delete("source")
            try s.expect(onSource.readReply().status, equals: 410)
            try s.post("fork", body: "still here")
            try s.expect(onFork.readReply().text, equals: "still here")
        },
    ]
}

extension Session {
    /// The offset of every stream's beginning.
    var beginning: String { "0000000000000000_0000000000000000" }

    /// Creates `name` as a fork of `source`.
    @discardableResult
    func fork(
        _ name: String, of source: String, type: String? = "text/plain", at offset: String? = nil,
        sub: String? = nil, _ headers: Headers = [], body: String? = nil
    ) throws -> Reply {
        var all: Headers = [("Stream-Forked-From", path(source))]
        if let offset { all.append(("Stream-Fork-Offset", offset)) }
        if let sub { all.append(("Stream-Fork-Sub-Offset", sub)) }
        return try put(name, type: type, all + headers, body: body)
    }
}
