// GET without live: offsets, pages, the sentinels, caching; and HEAD.

import Testing
import VarveServer

/// Claims about catch-up reads and metadata.
enum ReadCases {
    /// Every case of this topic.
    static let all: [ConformanceCase] = reading + sentinels + refusals + caching + metadata

    private static let reading: [ConformanceCase] = [
        ConformanceCase(
            "a read has content type, next offset, up to date, ETag and nothing of closed"
        ) { s throws in
            try s.put("a", body: "test data")
            let reply = try s.get("a")
            #expect(reply.status == 200)
            #expect(reply.text == "test data")
            #expect(reply["content-type"] == "text/plain")
            #expect(reply.nextOffset == "0000000000000001_0000000000000009")
            #expect(reply.upToDate == "true")
            #expect(reply["etag"] != nil)
            #expect(reply.closed == nil)
            #expect(reply["content-length"] == "9")
        },
        ConformanceCase("an empty stream reads as an empty body, up to date") { s throws in
            try s.put("a")
            let reply = try s.get("a")
            #expect(reply.status == 200)
            #expect(reply.body.isEmpty)
            #expect(reply["content-length"] == "0")
            #expect(reply.nextOffset == "0000000000000000_0000000000000000")
            #expect(reply.upToDate == "true")
        },
        ConformanceCase("a read from an offset returns what came after it") { s throws in
            let first = try s.put("a", body: "first").nextOffset ?? ""
            try s.post("a", body: "second")
            #expect(try s.get("a", "offset=\(first)").text == "second")
            try s.post("a", body: "third")
            #expect(try s.get("a", "offset=\(first)").text == "secondthird")
        },
        ConformanceCase("a read at the tail is 200, empty, up to date, at the same offset") {
            s throws in
            let tail = try s.put("a", body: "x").nextOffset ?? ""
            let reply = try s.get("a", "offset=\(tail)")
            #expect(reply.status == 200)
            #expect(reply.body.isEmpty)
            #expect(reply.nextOffset == tail)
            #expect(reply.upToDate == "true")
        },
        ConformanceCase("the empty start's token reads from the start") { s throws in
            try s.put("a", body: "x")
            #expect(try s.get("a", "offset=0000000000000000_0000000000000000").text == "x")
        },
        ConformanceCase(
            "pages hold whole records and their offsets chain", on: Setting { $0.pageBytes = 10 }
        ) { s throws in
            try s.put("a")
            for index in 0..<10 { try s.post("a", body: "<\(index)__>") }
            var text = ""
            var offset = "-1"
            var pages = 0
            while true {
                let page = try s.get("a", "offset=\(offset)")
                #expect(page.status == 200)
                #expect(page.body.count == 10 || page.body.isEmpty)
                text += page.text
                pages += 1
                offset = page.nextOffset ?? ""
                if page.upToDate == "true" { break }
                #expect(page.closed == nil)
            }
            #expect(pages == 5)
            #expect(text == (0..<10).map { "<\($0)__>" }.joined())
        },
        ConformanceCase(
            "a record larger than the page comes alone and whole", on: Setting { $0.pageBytes = 10 }
        ) { s throws in
            try s.put("a", body: "12")
            try s.post("a", body: String(repeating: "L", count: 300))
            try s.post("a", body: "34")
            let first = try s.get("a")
            #expect(first.text == "12")
            let second = try s.get("a", "offset=\(first.nextOffset ?? "")")
            #expect(second.body.count == 300)
            #expect(second.upToDate == nil)
            let third = try s.get("a", "offset=\(second.nextOffset ?? "")")
            #expect(third.text == "34")
            #expect(third.upToDate == "true")
        },
        ConformanceCase("the default page is 4 MiB", on: .largeBodies) {
            s throws in
            try s.put("a", type: "application/octet-stream")
            let type: Headers = [("Content-Type", "application/octet-stream")]
            for _ in 0..<5 {
                let body = [UInt8](repeating: 7, count: 1 << 20)
                #expect(try s.request("POST", s.path("a"), type, body: body).status == 204)
            }
            let first = try s.get("a")
            #expect(first.body.count == 4 << 20)
            #expect(first.upToDate == nil)
            #expect(try s.get("a", "offset=\(first.nextOffset ?? "")").body.count == 1 << 20)
        },
        ConformanceCase("unknown query parameters are ignored") { s throws in
            try s.put("a", body: "x")
            #expect(try s.get("a", "offset=-1&foo=bar&baz=qux&live2=sse&=&&x").text == "x")
            #expect(try s.get("a", "cursor=abc").text == "x")
        },
        ConformanceCase("a stream that does not exist is 404") { s throws in
            let reply = try s.get("absent")
            #expect(reply.status == 404)
            #expect(reply.problemCode == "not-found")
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
            #expect(try connection.readReply().status == 204)
            #expect(try connection.readReply().text == "01")
            #expect(try connection.readReply().status == 204)
            #expect(try connection.readReply().text == "012")
        },
    ]

    private static let sentinels: [ConformanceCase] = [
        ConformanceCase("offset=-1 is the start, like no offset") { s throws in
            try s.put("a", body: "hello")
            let sentinel = try s.get("a", "offset=-1")
            #expect(sentinel.text == "hello")
            #expect(sentinel.upToDate == "true")
            #expect(sentinel["etag"] == (try s.get("a"))["etag"])
        },
        ConformanceCase("offset=now is the tail: empty, up to date, not to be stored, without ETag")
        { s throws in
            let tail = try s.put("a", body: "history").nextOffset
            let reply = try s.get("a", "offset=now")
            #expect(reply.status == 200)
            #expect(reply.body.isEmpty)
            #expect(reply["content-type"] == "text/plain")
            #expect(reply.nextOffset == tail)
            #expect(reply.upToDate == "true")
            #expect(reply["cache-control"] == "no-store")
            #expect(reply["etag"] == nil)
            #expect(reply.closed == nil)
        },
        ConformanceCase("offset=now of a JSON stream is an empty array") { s throws in
            try s.put("a", type: "application/json", body: "[1,2]")
            let reply = try s.get("a", "offset=now")
            #expect(reply.text == "[]")
            #expect(reply["content-type"] == "application/json")
        },
        ConformanceCase("offset=now of an empty stream is its start") { s throws in
            try s.put("a")
            #expect(try s.get("a", "offset=now").nextOffset == "0000000000000000_0000000000000000")
        },
        ConformanceCase("reading on from offset=now gives only what came later") { s throws in
            try s.put("a", body: "old")
            let now = try s.get("a", "offset=now").nextOffset ?? ""
            try s.post("a", body: "new")
            #expect(try s.get("a", "offset=\(now)").text == "new")
        },
        ConformanceCase("offset=now of a missing stream is 404 in every mode") { s throws in
            #expect(try s.get("absent", "offset=now").status == 404)
            #expect(try s.get("absent", "offset=now&live=long-poll").status == 404)
            #expect(try s.get("absent", "offset=now&live=sse").status == 404)
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
                #expect(reply.status == 400, "\(offset)")
                #expect(reply.problemCode == "invalid-offset", "\(offset)")
            }
        },
        ConformanceCase("a repeated offset is 400, even with equal values") { s throws in
            try s.put("a", body: "test")
            #expect(try s.get("a", "offset=a&offset=b").status == 400)
            #expect(try s.get("a", "offset=-1&offset=-1").status == 400)
        },
        ConformanceCase("a percent-encoded parameter name or value is decoded") { s throws in
            try s.put("a", body: "x")
            #expect(try s.get("a", "%6Fffset=%2D1").text == "x")
        },
        ConformanceCase("an offset beyond the tail is 400") { s throws in
            try s.put("a", body: "test")
            for offset in [
                "0000000000000002_0000000000000004", "0000000000000001_0000000000000005",
                "ffffffffffffffff_ffffffffffffffff",
            ] {
                let reply = try s.get("a", "offset=\(offset)")
                #expect(reply.status == 400, "\(offset)")
                #expect(reply.problemCode == "invalid-offset")
                #expect(try s.get("a", "offset=\(offset)&live=long-poll").status == 400)
                #expect(try s.get("a", "offset=\(offset)&live=sse").status == 400)
            }
        },
        ConformanceCase("an offset off a record boundary is 400, never torn data") { s throws in
            try s.put("a", type: "application/json", body: #"[{"id":1},{"id":2},{"id":3}]"#)
            for offset in [
                "0000000000000001_0000000000000001", "0000000000000000_0000000000000009",
                "0000000000000002_0000000000000009", "0000000000000001_0000000000000012",
            ] {
                #expect(try s.get("a", "offset=\(offset)").status == 400, "\(offset)")
            }
            let second = try s.get("a", "offset=0000000000000001_0000000000000009")
            #expect(second.text == #"[{"id":2},{"id":3}]"#)
        },
        ConformanceCase("an unknown live mode is 400") { s throws in
            try s.put("a", body: "x")
            for mode in ["", "true", "longpoll", "SSE", "long-poll,sse"] {
                let reply = try s.get("a", "offset=-1&live=\(mode)")
                #expect(reply.status == 400, "\(mode)")
                #expect(reply.problemCode == "invalid-live-mode", "\(mode)")
            }
            #expect(try s.get("a", "offset=-1&live=sse&live=sse").status == 400)
        },
    ]

    private static let caching: [ConformanceCase] = [
        ConformanceCase("catch-up reads are cacheable for everyone for a minute") { s throws in
            try s.put("a", body: "x")
            #expect(
                try s.get("a")["cache-control"] == "public, max-age=60, stale-while-revalidate=300")
        },
        ConformanceCase(
            "the cache policy can be private", on: Setting { $0.cachePolicy = .private }
        ) { s throws in
            try s.put("a", body: "x")
            #expect(
                try s.get("a")["cache-control"] == "private, max-age=60, stale-while-revalidate=300"
            )
        },
        ConformanceCase(
            "the cache policy can be no-store", on: Setting { $0.cachePolicy = .noStore }
        ) { s throws in
            try s.put("a", body: "x")
            #expect(try s.get("a")["cache-control"] == "no-store")
        },
        ConformanceCase("a matching If-None-Match is 304 without a body") { s throws in
            try s.put("a", body: "test data")
            let tag = try s.get("a")["etag"] ?? ""
            #expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.utf8.count > 10)
            for value in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let reply = try s.get("a", "", [("If-None-Match", value)])
                #expect(reply.status == 304, "\(value)")
                #expect(reply.body.isEmpty)
                #expect(reply["etag"] == tag)
                #expect(reply["cache-control"] != nil)
                #expect(reply.nextOffset == "0000000000000001_0000000000000009")
                #expect(reply.upToDate == "true")
            }
        },
        ConformanceCase("another If-None-Match is 200 with the data") { s throws in
            try s.put("a", body: "test data")
            let reply = try s.get("a", "", [("If-None-Match", "\"wrong\"")])
            #expect(reply.status == 200)
            #expect(reply.text == "test data")
        },
        ConformanceCase("an append changes the ETag") { s throws in
            try s.put("a", body: "x")
            let tag = try s.get("a")["etag"] ?? ""
            try s.post("a", body: "y")
            let reply = try s.get("a", "", [("If-None-Match", tag)])
            #expect(reply.status == 200)
            #expect(reply["etag"] != tag)
        },
        ConformanceCase("closing changes the ETag of reads that reach the end") { s throws in
            let tail = try s.put("a", body: "x").nextOffset ?? ""
            let whole = try s.get("a")["etag"] ?? ""
            let end = try s.get("a", "offset=\(tail)")["etag"] ?? ""
            try s.close("a")
            let closed = try s.get("a", "", [("If-None-Match", whole)])
            #expect(closed.status == 200)
            #expect(closed.closed == "true")
            #expect(try s.get("a", "offset=\(tail)", [("If-None-Match", end)]).status == 200)
            let again = try s.get("a", "", [("If-None-Match", closed["etag"] ?? "")])
            #expect(again.status == 304)
            #expect(again.closed == "true")
        },
        ConformanceCase("a stream made anew has other ETags for the same content") { s throws in
            try s.put("a", body: "same")
            let tag = try s.get("a")["etag"] ?? ""
            try s.delete("a")
            try s.put("a", body: "same")
            let reply = try s.get("a", "", [("If-None-Match", tag)])
            #expect(reply.status == 200)
            #expect(reply["etag"] != tag)
        },
        ConformanceCase("reads from different offsets have different ETags") { s throws in
            let middle = try s.put("a", body: "x").nextOffset ?? ""
            try s.post("a", body: "y")
            #expect(try s.get("a")["etag"] != (try s.get("a", "offset=\(middle)"))["etag"])
        },
        ConformanceCase("offset=now ignores If-None-Match") { s throws in
            try s.put("a", body: "x")
            #expect(try s.get("a", "offset=now", [("If-None-Match", "*")]).status == 200)
        },
    ]

    private static let metadata: [ConformanceCase] = [
        ConformanceCase("HEAD has content type and tail, is not stored, and has no body") {
            s throws in
            try s.put("a", body: "test data")
            let reply = try s.head("a")
            #expect(reply.status == 200)
            #expect(reply["content-type"] == "text/plain")
            #expect(reply.nextOffset == "0000000000000001_0000000000000009")
            #expect(reply["cache-control"] == "no-store")
            #expect(reply.closed == nil)
            #expect(reply["stream-ttl"] == nil)
            #expect(reply["stream-expires-at"] == nil)
        },
        ConformanceCase("HEAD moves with the tail") { s throws in
            try s.put("a")
            let before = try s.head("a").nextOffset ?? "z"
            try s.post("a", body: "x")
            #expect(try s.head("a").nextOffset ?? "" > before)
        },
        ConformanceCase("HEAD of a missing stream is 404 without a body") { s throws in
            let reply = try s.head("absent")
            #expect(reply.status == 404)
            #expect(try s.head("absent").status == 404)
        },
    ]
}
