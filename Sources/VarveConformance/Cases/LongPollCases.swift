// GET with live=long-poll: waiting, waking, cursors, closing and deleting while waiting.

/// Claims about long-polling.
package enum LongPollCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = answering + waiting + cursors

    private static let answering: [ConformanceCase] = [
        ConformanceCase("a long-poll needs an offset") { s throws in
            try s.put("a")
            let reply = try s.get("a", "live=long-poll")
            s.expect(reply.status, equals: 400)
            s.expect(reply, isProblem: "offset-required")
            try s.expect(s.get("a", "live=long-poll&offset=").status, equals: 400)
        },
        ConformanceCase("data that is there is answered at once, up to date, with a cursor") {
            s throws in
            try s.put("a", body: "existing")
            let reply = try s.get("a", "offset=-1&live=long-poll")
            s.expect(reply.status, equals: 200)
            s.expect(reply.text, equals: "existing")
            s.expect(reply["content-type"], equals: "text/plain")
            s.expect(reply.nextOffset, equals: "0000000000000001_0000000000000008")
            s.expect(reply.upToDate, equals: "true")
            s.expect(reply["stream-cursor"]?.allSatisfy { $0.isNumber }, equals: true)
            s.expect(reply["etag"] != nil)
        },
        ConformanceCase(
            "a page that does not reach the tail is not up to date",
            on: [.pageBytes(4)]
        ) { s throws in
            try s.put("a", body: "1234")
            try s.post("a", body: "5678")
            let reply = try s.get("a", "offset=-1&live=long-poll")
            s.expect(reply.text, equals: "1234")
            s.expect(reply.upToDate, equals: nil)
            s.expect(reply["stream-cursor"] != nil)
        },
        ConformanceCase(
            "without new data it is 204 after the time limit, with tail, up to date and cursor",
            on: [.longPollTimeoutMilliseconds(50)]
        ) { s throws in
            let tail = try s.put("a", body: "x").nextOffset ?? ""
            for offset in [tail, "now"] {
                let reply = try s.get("a", "offset=\(offset)&live=long-poll")
                s.expect(reply.status, equals: 204)
                s.expect(reply.nextOffset, equals: tail)
                s.expect(reply.upToDate, equals: "true")
                s.expect(reply["stream-cursor"]?.allSatisfy { $0.isNumber }, equals: true)
                s.expect(reply.closed, equals: nil)
                s.expect(reply["cache-control"], equals: "no-store")
            }
        },
        ConformanceCase(
            "the offset of a 204 goes on without a gap",
            on: [.longPollTimeoutMilliseconds(50)]
        ) { s throws in
            try s.put("a")
            let offset = try s.get("a", "offset=now&live=long-poll").nextOffset ?? ""
            try s.post("a", body: "first")
            try s.expect(s.get("a", "offset=\(offset)&live=long-poll").text, equals: "first")
        },
        ConformanceCase(
            "closed at the tail it is 204 at once, with closed, up to date and tail, without cursor"
        ) { s throws in
            try s.put("a", body: "x")
            let tail = try s.close("a").nextOffset ?? ""
            for offset in [tail, "now"] {
                let reply = try s.get("a", "offset=\(offset)&live=long-poll")
                s.expect(reply.status, equals: 204)
                s.expect(reply.closed, equals: "true")
                s.expect(reply.upToDate, equals: "true")
                s.expect(reply.nextOffset, equals: tail)
                s.expect(reply["stream-cursor"], equals: nil)
            }
        },
        ConformanceCase("data of a closed stream is 200 with closed") { s throws in
            try s.put("a", [("Stream-Closed", "true")], body: "all")
            let reply = try s.get("a", "offset=-1&live=long-poll")
            s.expect(reply.status, equals: 200)
            s.expect(reply.text, equals: "all")
            s.expect(reply.closed, equals: "true")
            s.expect(reply.upToDate, equals: "true")
        },
        ConformanceCase("JSON data is an array") { s throws in
            try s.put("a", type: "application/json", body: "[1,[2]]")
            try s.expect(s.get("a", "offset=-1&live=long-poll").text, equals: "[1,[2]]")
        },
    ]

    private static let waiting: [ConformanceCase] = [
        ConformanceCase("a waiting poll gets the data of an append, and only that") { s throws in
            try s.put("a", body: "historical")
            let poll = try s.park("a", "offset=now")
            let tail = try s.post("a", body: "new data").nextOffset
            let reply = try poll.readReply()
            s.expect(reply.status, equals: 200)
            s.expect(reply.text, equals: "new data")
            s.expect(reply.nextOffset, equals: tail)
            s.expect(reply.upToDate, equals: "true")
            s.expect(reply["stream-cursor"] != nil)
        },
        ConformanceCase("all waiting polls wake for one append") { s throws in
            try s.put("a")
            let polls = try (0..<20).map { _ in try s.park("a", "offset=now") }
            try s.post("a", body: "news")
            for poll in polls { try s.expect(poll.readReply().text, equals: "news") }
            try s.server.wait(for: "varve_waiters", toBe: 0)
        },
        ConformanceCase("an append to another stream wakes nobody") { s throws in
            try s.put("a")
            try s.put("b")
            let poll = try s.park("a", "offset=now")
            try s.post("b", body: "elsewhere")
            s.expect(!poll.hasInput)
            try s.post("a", body: "here")
            try s.expect(poll.readReply().text, equals: "here")
        },
        ConformanceCase("closing wakes a waiting poll with 204 and closed") { s throws in
            let tail = try s.put("a", body: "x").nextOffset
            let poll = try s.park("a", "offset=now")
            try s.close("a")
            let reply = try poll.readReply()
            s.expect(reply.status, equals: 204)
            s.expect(reply.closed, equals: "true")
            s.expect(reply.upToDate, equals: "true")
            s.expect(reply.nextOffset, equals: tail)
        },
        ConformanceCase("append-and-close wakes a waiting poll with the last data and closed") {
            s in
            try s.put("a")
            let poll = try s.park("a", "offset=now")
            try s.post("a", [("Stream-Closed", "true")], body: "last")
            let reply = try poll.readReply()
            s.expect(reply.status, equals: 200)
            s.expect(reply.text, equals: "last")
            s.expect(reply.closed, equals: "true")
            s.expect(reply.upToDate, equals: "true")
        },
        ConformanceCase("deleting wakes a waiting poll with 404") { s throws in
            try s.put("a")
            let poll = try s.park("a", "offset=now")
            try s.delete("a")
            try s.expect(poll.readReply().status, equals: 404)
        },
        ConformanceCase("a poll on a deleted stream does not see the stream made anew") {
            s throws in
            try s.put("a")
            let poll = try s.park("a", "offset=now")
            try s.delete("a")
            try s.put("a", body: "another life")
            try s.expect(poll.readReply().status, equals: 404)
        },
        ConformanceCase(
            "a client that leaves while it waits is noticed and costs nothing afterwards"
        ) {
            s throws in
            try s.put("a")
            let polls = try (0..<5).map { _ in try s.park("a", "offset=now") }
            for poll in polls { poll.reset() }
            try s.server.wait(for: "varve_waiters", toBe: 0)
            try s.expect(s.post("a", body: "x").status, equals: 204)
        },
        ConformanceCase("the connection of an answered poll goes on") { s throws in
            try s.put("a")
            let poll = try s.park("a", "offset=now")
            try s.post("a", body: "one")
            try s.expect(poll.readReply().text, equals: "one")
            try poll.send(s.bytes("GET", s.path("a"), [], nil))
            try s.expect(poll.readReply().text, equals: "one")
        },
        ConformanceCase("a request pipelined behind a waiting poll is answered after it") {
            s throws in
            try s.put("a")
            let poll = try s.park("a", "offset=now")
            try poll.send(s.bytes("GET", s.path("a"), [], nil))
            try s.post("a", body: "one")
            try s.expect(poll.readReply()["stream-cursor"] != nil)
            try s.expect(poll.readReply().text, equals: "one")
        },
        ConformanceCase(
            "polls beyond the limit are refused with 503 and Retry-After",
            on: [.waitersMax(1)]
        ) { s throws in
            try s.put("a")
            let poll = try s.park("a", "offset=now")
            let reply = try s.get("a", "offset=now&live=long-poll")
            s.expect(reply.status, equals: 503)
            s.expect(reply["retry-after"] != nil)
            s.expect(reply, isProblem: "overloaded")
            try s.post("a", body: "x")
            try s.expect(poll.readReply().status, equals: 200)
        },
    ]

    private static let cursors: [ConformanceCase] = [
        ConformanceCase("the cursor is the number of 20-second intervals since 2024-10-09") {
            s throws in
            try s.put("a", body: "x")
            let cursor = try s.get("a", "offset=-1&live=long-poll")["stream-cursor"]
            let elapsed = s.server.wallMilliseconds - 1_728_432_000_000
            s.expect(cursor, equals: "\(elapsed / 20_000)")
        },
        ConformanceCase("a cursor that is not smaller comes back larger, by 1 to 180") { s throws in
            try s.put("a", body: "x")
            let first =
                try s.get("a", "offset=-1&live=long-poll")["stream-cursor"].flatMap(UInt64.init)
                ?? 0
            for given in [first, first + 1000] {
                for _ in 0..<20 {
                    let reply = try s.get("a", "offset=-1&live=long-poll&cursor=\(given)")
                    let cursor = reply["stream-cursor"].flatMap(UInt64.init) ?? 0
                    s.expect((given + 1...given + 180).contains(cursor))
                }
            }
        },
        ConformanceCase("a smaller cursor gives the current interval") { s throws in
            try s.put("a", body: "x")
            let current = try s.get("a", "offset=-1&live=long-poll")["stream-cursor"]
            try s.expect(
                s.get("a", "offset=-1&live=long-poll&cursor=5")["stream-cursor"], equals: current)
        },
        ConformanceCase("an invalid cursor counts as absent") { s throws in
            try s.put("a", body: "x")
            let current = try s.get("a", "offset=-1&live=long-poll")["stream-cursor"]
            for cursor in ["", "abc", "-5", "1e9", "99999999999999999999999", "5.5", "%zz"] {
                let reply = try s.get("a", "offset=-1&live=long-poll&cursor=\(cursor)")
                s.expect(reply.status, equals: 200, "\(cursor)")
                s.expect(reply["stream-cursor"], equals: current, "\(cursor)")
            }
        },
        ConformanceCase(
            "the cursor on a 204 also advances", on: [.longPollTimeoutMilliseconds(50)]
        ) { s throws in
            try s.put("a")
            let first =
                try s.get("a", "offset=now&live=long-poll")["stream-cursor"].flatMap(UInt64.init)
                ?? 0
            let second = try s.get("a", "offset=now&live=long-poll&cursor=\(first)")
            s.expect(second["stream-cursor"].flatMap(UInt64.init) ?? 0 > first)
        },
    ]
}
