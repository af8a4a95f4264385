// Trimming on demand: what lies before a place goes, for good.

/// Claims about trimming.
package enum TrimCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = requests + readers + forks

    private static let requests: [ConformanceCase] = [
        ConformanceCase(
            "a trimmed stream begins at the offset, and everything says so", on: [.ownServer]
        ) { s throws in
            let places = try fill("a", s)
            try s.expect(s.head("a")["stream-earliest-offset"], equals: nil)
            let reply = try trim("a", before: places[2], s)
            s.expect(reply.status, equals: 204)
            s.expect(reply["stream-earliest-offset"], equals: places[2])
            s.expect(reply.nextOffset, equals: places[4])
            let head = try s.head("a")
            s.expect(head["stream-earliest-offset"], equals: places[2])
            s.expect(head.nextOffset, equals: places[4])
            try s.expect(s.get("a", "offset=\(places[2])").text, equals: "cccdddd")
            let list = try s.request("GET", "\(s.server.basePath)/__ds/streams?prefix=a")
            s.expect(
                list.text.contains(#""earliestOffset":"\#(places[2])","records":2,"bytes":7,"#))
        },
        ConformanceCase(
            "an offset before the beginning is 410 with the earliest offset, told from a deletion",
            on: [.ownServer]
        ) { s throws in
            let places = try fill("a", s)
            try trim("a", before: places[3], s)
            for place in places[..<3] {
                let reply = try s.get("a", "offset=\(place)")
                s.expect(reply.status, equals: 410, place)
                s.expect(reply, isProblem: "trimmed", place)
                s.expect(reply["stream-earliest-offset"], equals: places[3], place)
                s.expect(reply["cache-control"], equals: "no-store", place)
            }
            try s.expect(s.get("a", "offset=\(places[3])").text, equals: "dddd")
        },
        ConformanceCase(
            "-1 and no offset begin where the stream does", on: [.ownServer]
        ) { s throws in
            let places = try fill("a", s)
            try trim("a", before: places[1], s)
            for query in ["offset=-1", ""] {
                let reply = try s.get("a", query)
                s.expect(reply.status, equals: 200, query)
                s.expect(reply.text, equals: "bbcccdddd", query)
                s.expect(reply.nextOffset, equals: places[4], query)
            }
        },
        ConformanceCase(
            "trimming again, or less, changes nothing; to the tail leaves an empty stream",
            on: [.ownServer]
        ) { s throws in
            let places = try fill("a", s)
            for (place, earliest) in [(3, 3), (3, 3), (1, 3), (0, 3), (4, 4), (2, 4)] {
                let reply = try trim("a", before: places[place], s)
                s.expect(reply.status, equals: 204)
                s.expect(reply["stream-earliest-offset"], equals: places[earliest])
            }
            let empty = try s.get("a", "offset=-1")
            s.expect(empty.text, equals: "")
            s.expect(empty.upToDate, equals: "true")
            let next = try s.post("a", body: "eeeee").nextOffset ?? ""
            try s.expect(s.get("a").text, equals: "eeeee")
            try s.expect(s.get("a", "offset=\(places[4])").nextOffset, equals: next)
        },
        ConformanceCase(
            "a place that is none, or beyond the tail, is 400, and a stream that is none 404",
            on: [.ownServer]
        ) { s throws in
            try fill("a", s)
            for query in [
                "", "before=", "before=-1", "before=now", "before=x", "after=1",
                "before=0000000000000001_0000000000000002",
                "before=0000000000000005_000000000000000b",
                "before=\(s.beginning)&before=\(s.beginning)",
            ] {
                let reply = try request("a", query, s)
                s.expect(reply.status, equals: 400, query)
                s.expect(reply, isProblem: "invalid-offset", query)
            }
            try s.expect(s.get("a").text, equals: "abbcccdddd")
            let absent = try request("absent", "before=\(s.beginning)", s)
            s.expect(absent.status, equals: 404)
            s.expect(absent, isProblem: "not-found")
            let base = "\(s.server.basePath)/__ds/trim"
            try s.expect(s.request("POST", "\(base)/a//b").status, equals: 400)
            let get = try s.request("GET", "\(base)/a")
            s.expect(get.status, equals: 405)
            s.expect(get["allow"], equals: "POST, OPTIONS")
        },
        ConformanceCase(
            "a closed stream can be trimmed and stays closed", on: [.ownServer]
        ) { s throws in
            let places = try fill("a", s)
            try s.close("a")
            try s.expect(trim("a", before: places[3], s).status, equals: 204)
            let reply = try s.get("a", "offset=\(places[3])")
            s.expect(reply.text, equals: "dddd")
            s.expect(reply.closed, equals: "true")
            try s.expect(s.post("a", body: "x").status, equals: 409)
        },
    ]

    private static let readers: [ConformanceCase] = [
        ConformanceCase(
            "a page of a trimmed JSON stream is one array of what is left", on: [.ownServer]
        ) { s throws in
            let place = try s.put("a", type: "application/json", body: "[1,[2],\"3\"]").nextOffset
            try s.post("a", type: "application/json", body: "[{},5]")
            try trim("a", before: place ?? "", s)
            try s.expect(s.get("a").text, equals: "[{},5]")
            let tail = try s.head("a").nextOffset ?? ""
            try trim("a", before: tail, s)
            try s.expect(s.get("a").text, equals: "[]")
        },
        ConformanceCase(
            "the entity tag of a page that is left stays what it was", on: [.ownServer]
        ) { s throws in
            let places = try fill("a", s)
            let tag = try s.get("a", "offset=\(places[2])")["etag"] ?? ""
            try trim("a", before: places[2], s)
            let again = try s.get("a", "offset=\(places[2])", [("If-None-Match", tag)])
            s.expect(again.status, equals: 304)
        },
        ConformanceCase(
            "long-polls and event streams before the beginning are 410 too", on: [.ownServer]
        ) { s throws in
            let places = try fill("a", s)
            try trim("a", before: places[2], s)
            for mode in ["long-poll", "sse"] {
                let reply = try s.get("a", "offset=\(places[1])&live=\(mode)")
                s.expect(reply.status, equals: 410, mode)
                s.expect(reply["stream-earliest-offset"], equals: places[2], mode)
            }
            let poll = try s.get("a", "offset=-1&live=long-poll")
            s.expect(poll.text, equals: "cccdddd")
            let events = try s.subscribe("a", "offset=-1")
            try events.read(controls: 1)
            s.expect(events.data, equals: ["cccdddd"])
        },
        ConformanceCase(
            "a reader that waits at the tail is not disturbed by a trim", on: [.ownServer]
        ) { s throws in
            let places = try fill("a", s)
            let poll = try s.park("a", "offset=\(places[4])")
            try trim("a", before: places[4], s)
            try s.post("a", body: "new")
            try s.expect(poll.readReply().text, equals: "new")
        },
    ]

    private static let forks: [ConformanceCase] = [
        ConformanceCase(
            "a fork keeps what its source loses", on: [.ownServer]
        ) { s throws in
            let places = try fill("source", s)
            try s.put(
                "fork",
                [("Stream-Forked-From", s.path("source")), ("Stream-Fork-Offset", places[3])])
            try trim("source", before: places[4], s)
            try s.expect(s.get("fork").text, equals: "abbccc")
            try s.expect(s.get("source").text, equals: "")
            try trim("fork", before: places[1], s)
            try s.expect(s.get("fork").text, equals: "bbccc")
        },
        ConformanceCase(
            "a trimmed stream is forked from its beginning on, and not before", on: [.ownServer]
        ) { s throws in
            let places = try fill("source", s)
            try trim("source", before: places[2], s)
            let path = s.path("source")
            let early = try s.put(
                "early", [("Stream-Forked-From", path), ("Stream-Fork-Offset", places[1])])
            s.expect(early.status, equals: 410)
            s.expect(early, isProblem: "trimmed")
            s.expect(early["stream-earliest-offset"], equals: places[2])
            try s.expect(s.head("early").status, equals: 404)
            try s.put("late", [("Stream-Forked-From", path)], body: "!")
            try s.expect(s.get("late").text, equals: "cccdddd!")
            try s.expect(s.head("late")["stream-earliest-offset"], equals: places[2])
            try s.expect(s.get("late", "offset=\(places[0])").status, equals: 410)
        },
    ]

    /// Creates a stream of four records; the borders between them, the first and the last included.
    @discardableResult
    static func fill(_ name: String, _ s: Session) throws -> [String] {
        var places = [try s.put(name).nextOffset ?? ""]
        for body in ["a", "bb", "ccc", "dddd"] {
            places.append(try s.post(name, body: body).nextOffset ?? "")
        }
        return places
    }

    @discardableResult
    private static func trim(_ name: String, before place: String, _ s: Session) throws -> Reply {
        try request(name, "before=\(place)", s)
    }

    private static func request(_ name: String, _ query: String, _ s: Session) throws -> Reply {
        try s.request("POST", "\(s.server.basePath)/__ds/trim/\(name)?\(query)")
    }
}
