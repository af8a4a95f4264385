// GET without live: offsets, pages, the sentinels, caching; and HEAD.

/// Claims about catch-up reads and metadata.
package enum ReadCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = reading + sentinels + refusals + caching + metadata

    private static let reading: [ConformanceCase] = [
        ConformanceCase(
            "a read has content type, next offset, up to date, ETag and nothing of closed"
        ) { s throws in
            try s.put("a", body: "test data")
            let reply = try s.get("a")
            s.expect(reply.status, equals: 200)
            s.expect(reply.text, equals: "test data")
            s.expect(reply["content-type"], equals: "text/plain")
            s.expect(reply.nextOffset, equals: "0000000000000001_0000000000000009")
            s.expect(reply.upToDate, equals: "true")
            s.expect(reply["etag"] != nil)
            s.expect(reply.closed, equals: nil)
            s.expect(reply["content-length"], equals: "9")
        },
        ConformanceCase("an empty stream reads as an empty body, up to date") { s throws in
            try s.put("a")
            let reply = try s.get("a")
            s.expect(reply.status, equals: 200)
            s.expect(reply.body.isEmpty)
            s.expect(reply["content-length"], equals: "0")
            s.expect(reply.nextOffset, equals: "0000000000000000_0000000000000000")
            s.expect(reply.upToDate, equals: "true")
        },
        ConformanceCase("a read from an offset returns what came after it") { s throws in
            let first = try s.put("a", body: "first").nextOffset ?? ""
            try s.post("a", body: "second")
            try s.expect(s.get("a", "offset=\(first)").text, equals: "second")
            try s.post("a", body: "third")
            try s.expect(s.get("a", "offset=\(first)").text, equals: "secondthird")
        },
        ConformanceCase("a read at the tail is 200, empty, up to date, at the same offset") {
            s throws in
            let tail = try s.put("a", body: "x").nextOffset ?? ""
            let reply = try s.get("a", "offset=\(tail)")
            s.expect(reply.status, equals: 200)
            s.expect(reply.body.isEmpty)
            s.expect(reply.nextOffset, equals: tail)
            s.expect(reply.upToDate, equals: "true")
        },
        ConformanceCase("the empty start's token reads from the start") { s throws in
            try s.put("a", body: "x")
            try s.expect(s.get("a", "offset=0000000000000000_0000000000000000").text, equals: "x")
        },
        ConformanceCase(
            "pages hold whole records and their offsets chain", on: [.pageBytes(10)]
        ) { s throws in
            try s.put("a")
            for index in 0..<10 { try s.post("a", body: "<\(index)__>") }
            var text = ""
            var offset = "-1"
            var pages = 0
            while true {
                let page = try s.get("a", "offset=\(offset)")
                s.expect(page.status, equals: 200)
                s.expect(page.body.count == 10 || page.body.isEmpty)
                text += page.text
                pages += 1
                offset = page.nextOffset ?? ""
                if page.upToDate == "true" { break }
                s.expect(page.closed, equals: nil)
            }
            s.expect(pages, equals: 5)
            s.expect(text, equals: (0..<10).map { "<\($0)__>" }.joined())
        },
        ConformanceCase(
            "a record larger than the page comes alone and whole", on: [.pageBytes(10)]
        ) { s throws in
            try s.put("a", body: "12")
            try s.post("a", body: String(repeating: "L", count: 300))
            try s.post("a", body: "34")
            let first = try s.get("a")
            s.expect(first.text, equals: "12")
            let second = try s.get("a", "offset=\(first.nextOffset ?? "")")
            s.expect(second.body.count, equals: 300)
            s.expect(second.upToDate, equals: nil)
            let third = try s.get("a", "offset=\(second.nextOffset ?? "")")
            s.expect(third.text, equals: "34")
            s.expect(third.upToDate, equals: "true")
        },
        ConformanceCase("the default page is 4 MiB", on: [.largeBodies]) {
            s throws in
            try s.put("a", type: "application/octet-stream")
            let type: Headers = [("Content-Type", "application/octet-stream")]
            for _ in 0..<5 {
                let body = [UInt8](repeating: 7, count: 1 << 20)
                try s.expect(s.request("POST", s.path("a"), type, body: body).status, equals: 204)
            }
            let first = try s.get("a")
            s.expect(first.body.count, equals: 4 << 20)
            s.expect(first.upToDate, equals: nil)
            try s.expect(s.get("a", "offset=\(first.nextOffset ?? "")").body.count, equals: 1 << 20)
        },
        ConformanceCase("unknown query parameters are ignored") { s throws in
            try s.put("a", body: "x")
            try s.expect(s.get("a", "offset=-1&foo=bar&baz=qux&live2=sse&=&&x").text, equals: "x")
            try s.expect(s.get("a", "cursor=abc").text, equals: "x")
        },
        ConformanceCase("a stream that does not exist is 404") { s throws in
            let reply = try s.get("absent")
            s.expect(reply.status, equals: 404)
            s.expect(reply, isProblem: "not-found")
        },
        ConformanceCase(
            "pipelined reads and appends are answered in order, each seeing those before it"
        ) { s throws in
            try s.put("a", body: "0")
            let connection = try s.connect()
            let type: Headers = [("Content-Type", "text/plain")]
            try connection.send(
                s.bytes("POST", s.path("a"), type, Array("1".utf8))
                    + s.bytes("GET", s.path("a"), [], nil)
                    + s.bytes("POST", s.path("a"), type, Array("2".utf8))
                    + s.bytes("GET", s.path("a"), [], nil))
            try s.expect(connection.readReply().status, equals: 204)
            try s.expect(connection.readReply().text, equals: "01")
            try s.expect(connection.readReply().status, equals: 204)
            try s.expect(connection.readReply().text, equals: "012")
        },
    ]

    private static let sentinels: [ConformanceCase] = [
        ConformanceCase("offset=-1 is the start, like no offset") { s throws in
            try s.put("a", body: "hello")
            let sentinel = try s.get("a", "offset=-1")
            s.expect(sentinel.text, equals: "hello")
            s.expect(sentinel.upToDate, equals: "true")
            s.expect(sentinel["etag"], equals: (try s.get("a"))["etag"])
        },
        ConformanceCase("offset=now is the tail: empty, up to date, not to be stored, without ETag")
        { s throws in
            let tail = try s.put("a", body: "history").nextOffset
            let reply = try s.get("a", "offset=now")
            s.expect(reply.status, equals: 200)
            s.expect(reply.body.isEmpty)
            s.expect(reply["content-type"], equals: "text/plain")
            s.expect(reply.nextOffset, equals: tail)
            s.expect(reply.upToDate, equals: "true")
            s.expect(reply["cache-control"], equals: "no-store")
            s.expect(reply["etag"], equals: nil)
            s.expect(reply.closed, equals: nil)
        },
        ConformanceCase("offset=now of a JSON stream is an empty array") { s throws in
            try s.put("a", type: "application/json", body: "[1,2]")
            let reply = try s.get("a", "offset=now")
            s.expect(reply.text, equals: "[]")
            s.expect(reply["content-type"], equals: "application/json")
        },
        ConformanceCase("offset=now of an empty stream is its start") { s throws in
            try s.put("a")
            try s.expect(
                s.get("a", "offset=now").nextOffset, equals: "0000000000000000_0000000000000000")
        },
        ConformanceCase("reading on from offset=now gives only what came later") { s throws in
            try s.put("a", body: "old")
            let now = try s.get("a", "offset=now").nextOffset ?? ""
            try s.post("a", body: "new")
            try s.expect(s.get("a", "offset=\(now)").text, equals: "new")
        },
        ConformanceCase("offset=now of a missing stream is 404 in every mode") { s throws in
            try s.expect(s.get("absent", "offset=now").status, equals: 404)
            try s.expect(s.get("absent", "offset=now&live=long-poll").status, equals: 404)
            try s.expect(s.get("absent", "offset=now&live=sse").status, equals: 404)
        },
    ]

    private static let refusals: [ConformanceCase] = [
        ConformanceCase("a malformed offset is 400") { s throws in
            try s.put("a", body: "test")
            for offset in [
                "", "0,1", "%2C", "a%20b", "a+b", "a/b", "..%2F", "a%00", "x%0A", "x%0D%0A", "-2",
                "0", "abc",
                "NOW", "0000000000000000_000000000000000", "0000000000000000_00000000000000000",
                "0000000000000000-0000000000000000", "000000000000000g_0000000000000000",
                "0000000000000001_000000000000000A", "%zz",
            ] {
                let reply = try s.get("a", "offset=\(offset)")
                s.expect(reply.status, equals: 400, "\(offset)")
                s.expect(reply, isProblem: "invalid-offset", "\(offset)")
            }
        },
        ConformanceCase("a repeated offset is 400, even with equal values") { s throws in
            try s.put("a", body: "test")
            try s.expect(s.get("a", "offset=a&offset=b").status, equals: 400)
            try s.expect(s.get("a", "offset=-1&offset=-1").status, equals: 400)
        },
        ConformanceCase("a percent-encoded parameter name or value is decoded") { s throws in
            try s.put("a", body: "x")
            try s.expect(s.get("a", "%6Fffset=%2D1").text, equals: "x")
        },
        ConformanceCase("an offset beyond the tail is 400") { s throws in
            try s.put("a", body: "test")
            for offset in [
                "0000000000000002_0000000000000004", "0000000000000001_0000000000000005",
                "ffffffffffffffff_ffffffffffffffff",
            ] {
                let reply = try s.get("a", "offset=\(offset)")
                s.expect(reply.status, equals: 400, "\(offset)")
                s.expect(reply, isProblem: "invalid-offset")
                try s.expect(s.get("a", "offset=\(offset)&live=long-poll").status, equals: 400)
                try s.expect(s.get("a", "offset=\(offset)&live=sse").status, equals: 400)
            }
        },
        ConformanceCase("an offset off a record boundary is 400, never torn data") { s throws in
            try s.put("a", type: "application/json", body: #"[{"id":1},{"id":2},{"id":3}]"#)
            for offset in [
                "0000000000000001_0000000000000001", "0000000000000000_0000000000000009",
                "0000000000000002_0000000000000009", "0000000000000001_0000000000000012",
            ] {
                try s.expect(s.get("a", "offset=\(offset)").status, equals: 400, "\(offset)")
            }
            let second = try s.get("a", "offset=0000000000000001_0000000000000009")
            s.expect(second.text, equals: #"[{"id":2},{"id":3}]"#)
        },
        ConformanceCase("an unknown live mode is 400") { s throws in
            try s.put("a", body: "x")
            for mode in ["", "true", "longpoll", "SSE", "long-poll,sse"] {
                let reply = try s.get("a", "offset=-1&live=\(mode)")
                s.expect(reply.status, equals: 400, "\(mode)")
                s.expect(reply, isProblem: "invalid-live-mode", "\(mode)")
            }
            try s.expect(s.get("a", "offset=-1&live=sse&live=sse").status, equals: 400)
        },
    ]

    private static let caching: [ConformanceCase] = [
        ConformanceCase("catch-up reads are cacheable for everyone for a minute") { s throws in
            try s.put("a", body: "x")
            try s.expect(
                s.get("a")["cache-control"],
                equals: "public, max-age=60, stale-while-revalidate=300")
        },
        ConformanceCase(
            "the cache policy can be private", on: [.cachePolicy("private")]
        ) { s throws in
            try s.put("a", body: "x")
            try s.expect(
                s.get("a")["cache-control"],
                equals: "private, max-age=60, stale-while-revalidate=300")
        },
        ConformanceCase(
            "the cache policy can be no-store", on: [.cachePolicy("no-store")]
        ) { s throws in
            try s.put("a", body: "x")
            try s.expect(s.get("a")["cache-control"], equals: "no-store")
        },
        ConformanceCase("a matching If-None-Match is 304 without a body") { s throws in
            try s.put("a", body: "test data")
            let tag = try s.get("a")["etag"] ?? ""
            s.expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.utf8.count > 10)
            for value in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let reply = try s.get("a", "", [("If-None-Match", value)])
                s.expect(reply.status, equals: 304, "\(value)")
                s.expect(reply.body.isEmpty)
                s.expect(reply["etag"], equals: tag)
                s.expect(reply["cache-control"] != nil)
                s.expect(reply.nextOffset, equals: "0000000000000001_0000000000000009")
                s.expect(reply.upToDate, equals: "true")
            }
        },
        ConformanceCase("another If-None-Match is 200 with the data") { s throws in
            try s.put("a", body: "test data")
            let reply = try s.get("a", "", [("If-None-Match", "\"wrong\"")])
            s.expect(reply.status, equals: 200)
            s.expect(reply.text, equals: "test data")
        },
        ConformanceCase("an append changes the ETag") { s throws in
            try s.put("a", body: "x")
            let tag = try s.get("a")["etag"] ?? ""
            try s.post("a", body: "y")
            let reply = try s.get("a", "", [("If-None-Match", tag)])
            s.expect(reply.status, equals: 200)
            s.expect(reply["etag"] != tag)
        },
        ConformanceCase("closing changes the ETag of reads that reach the end") { s throws in
            let tail = try s.put("a", body: "x").nextOffset ?? ""
            let whole = try s.get("a")["etag"] ?? ""
            let end = try s.get("a", "offset=\(tail)")["etag"] ?? ""
            try s.close("a")
            let closed = try s.get("a", "", [("If-None-Match", whole)])
            s.expect(closed.status, equals: 200)
            s.expect(closed.closed, equals: "true")
            try s.expect(s.get("a", "offset=\(tail)", [("If-None-Match", end)]).status, equals: 200)
            let again = try s.get("a", "", [("If-None-Match", closed["etag"] ?? "")])
            s.expect(again.status, equals: 304)
            s.expect(again.closed, equals: "true")
        },
        ConformanceCase("a stream made anew has other ETags for the same content") { s throws in
            try s.put("a", body: "same")
            let tag = try s.get("a")["etag"] ?? ""
            try s.delete("a")
            try s.put("a", body: "same")
            let reply = try s.get("a", "", [("If-None-Match", tag)])
            s.expect(reply.status, equals: 200)
            s.expect(reply["etag"] != tag)
        },
        ConformanceCase("reads from different offsets have different ETags") { s throws in
            let middle = try s.put("a", body: "x").nextOffset ?? ""
            try s.post("a", body: "y")
            try s.expect(s.get("a")["etag"] != (try s.get("a", "offset=\(middle)"))["etag"])
        },
        ConformanceCase("offset=now ignores If-None-Match") { s throws in
            try s.put("a", body: "x")
            try s.expect(s.get("a", "offset=now", [("If-None-Match", "*")]).status, equals: 200)
        },
    ]

    private static let metadata: [ConformanceCase] = [
        ConformanceCase("HEAD has content type and tail, is not stored, and has no body") {
            s throws in
            try s.put("a", body: "test data")
            let reply = try s.head("a")
            s.expect(reply.status, equals: 200)
            s.expect(reply["content-type"], equals: "text/plain")
            s.expect(reply.nextOffset, equals: "0000000000000001_0000000000000009")
            s.expect(reply["cache-control"], equals: "no-store")
            s.expect(reply.closed, equals: nil)
            s.expect(reply["stream-ttl"], equals: nil)
            s.expect(reply["stream-expires-at"], equals: nil)
        },
        ConformanceCase("HEAD moves with the tail") { s throws in
            try s.put("a")
            let before = try s.head("a").nextOffset ?? "z"
            try s.post("a", body: "x")
            try s.expect(s.head("a").nextOffset ?? "" > before)
        },
        ConformanceCase("HEAD of a missing stream is 404 without a body") { s throws in
            let reply = try s.head("absent")
            s.expect(reply.status, equals: 404)
            try s.expect(s.head("absent").status, equals: 404)
        },
    ]
}
