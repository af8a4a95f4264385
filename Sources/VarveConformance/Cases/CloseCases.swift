// Closing: with and without a last append, again, and what every operation says afterwards.

/// Claims about closing streams.
package enum CloseCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase("a close-only POST is 204 with Stream-Closed and the tail") { s throws in
            try s.put("a", body: "content")
            let reply = try s.close("a")
            s.expect(reply.status, equals: 204)
            s.expect(reply.closed, equals: "true")
            s.expect(reply.nextOffset, equals: "0000000000000001_0000000000000007")
        },
        ConformanceCase("a close-only POST is idempotent") { s throws in
            try s.put("a")
            try s.close("a")
            let again = try s.close("a")
            s.expect(again.status, equals: 204)
            s.expect(again.closed, equals: "true")
            s.expect(again.nextOffset, equals: "0000000000000000_0000000000000000")
        },
        ConformanceCase("a close-only POST ignores the content type") { s throws in
            try s.put("a", type: "application/json")
            let reply = try s.post("a", type: "text/plain", [("Stream-Closed", "true")])
            s.expect(reply.status, equals: 204)
            s.expect(reply.closed, equals: "true")
            try s.put("b", type: "application/json")
            try s.expect(
                s.post("b", type: "garbage", [("Stream-Closed", "true")], body: "").status,
                equals: 204)
        },
        ConformanceCase("append-and-close appends its body and closes") { s throws in
            try s.put("a", body: "first,")
            let reply = try s.post("a", [("Stream-Closed", "true")], body: "final")
            s.expect(reply.status, equals: 204)
            s.expect(reply.closed, equals: "true")
            s.expect(reply.nextOffset, equals: "0000000000000002_000000000000000b")
            let read = try s.get("a")
            s.expect(read.text, equals: "first,final")
            s.expect(read.closed, equals: "true")
        },
        ConformanceCase("Stream-Closed counts only as true, in any case") { s throws in
            for value in ["false", "1", "yes", "", "truee", "true,true"] {
                try s.put("open")
                try s.expect(
                    s.post("open", [("Stream-Closed", value)], body: "x").status, equals: 204,
                    "\(value)")
                try s.expect(s.head("open").closed, equals: nil, "\(value)")
                try s.expect(
                    s.post("open", [("Stream-Closed", value)]).status, equals: 400, "\(value)")
            }
            for (index, value) in ["true", "TRUE", "True", "tRuE"].enumerated() {
                try s.put("closed\(index)")
                try s.expect(
                    s.post("closed\(index)", [("Stream-Closed", value)]).closed, equals: "true")
            }
        },
        ConformanceCase(
            "an append to a closed stream is 409 with Stream-Closed and the final offset"
        ) { s throws in
            try s.put("a", body: "content")
            let final = try s.close("a").nextOffset
            for headers in [[], [("Stream-Closed", "true")]] {
                let reply = try s.post("a", headers, body: "late")
                s.expect(reply.status, equals: 409)
                s.expect(reply.closed, equals: "true")
                s.expect(reply.nextOffset, equals: final)
                s.expect(reply, isProblem: "stream-closed")
            }
            try s.expect(s.get("a").text, equals: "content")
        },
        ConformanceCase("an append with an empty body to a closed stream is 400") { s throws in
            try s.put("a")
            try s.close("a")
            try s.expect(s.post("a", body: "").status, equals: 400)
        },
        ConformanceCase("closing a stream that does not exist is 404") { s throws in
            try s.expect(s.close("absent").status, equals: 404)
        },
        ConformanceCase("HEAD says Stream-Closed only of a closed stream") { s throws in
            try s.put("a")
            try s.expect(s.head("a").closed, equals: nil)
            try s.close("a")
            try s.expect(s.head("a").closed, equals: "true")
        },
        ConformanceCase("a read that reaches the end of a closed stream says so") { s throws in
            try s.put("a", body: "content")
            let tail = try s.close("a").nextOffset ?? ""
            let whole = try s.get("a")
            s.expect(whole.closed, equals: "true")
            s.expect(whole.upToDate, equals: "true")
            let end = try s.get("a", "offset=\(tail)")
            s.expect(end.status, equals: 200)
            s.expect(end.body.isEmpty)
            s.expect(end.closed, equals: "true")
            s.expect(end.upToDate, equals: "true")
            let now = try s.get("a", "offset=now")
            s.expect(now.closed, equals: "true")
            s.expect(now.upToDate, equals: "true")
        },
        ConformanceCase(
            "a page that does not reach the end of a closed stream does not say closed",
            on: [.pageBytes(8)]
        ) { s throws in
            try s.put("a", body: "12345")
            try s.post("a", body: "67890")
            try s.close("a")
            let first = try s.get("a")
            s.expect(first.text, equals: "12345")
            s.expect(first.closed, equals: nil)
            s.expect(first.upToDate, equals: nil)
            let second = try s.get("a", "offset=\(first.nextOffset ?? "")")
            s.expect(second.text, equals: "67890")
            s.expect(second.closed, equals: "true")
            s.expect(second.upToDate, equals: "true")
        },
        ConformanceCase("a closed stream can be deleted and is gone") { s throws in
            try s.put("a", body: "x")
            try s.close("a")
            try s.expect(s.delete("a").status, equals: 204)
            try s.expect(s.head("a").status, equals: 404)
            try s.expect(s.post("a", body: "x").status, equals: 404)
        },
        ConformanceCase("a JSON append-and-close may be a batch, and an empty batch closes nothing")
        { s throws in
            try s.put("a", type: "application/json")
            let json = "application/json"
            try s.expect(
                s.post("a", type: json, [("Stream-Closed", "true")], body: "[]").status, equals: 400
            )
            try s.expect(s.head("a").closed, equals: nil)
            try s.expect(
                s.post("a", type: json, [("Stream-Closed", "true")], body: "[1,2]").status,
                equals: 204)
            try s.expect(s.get("a").text, equals: "[1,2]")
        },
        ConformanceCase(
            "the order of closing conflicts: wrong content type on an open stream closes nothing"
        ) { s throws in
            try s.put("a")
            let reply = try s.post("a", type: "text/html", [("Stream-Closed", "true")], body: "x")
            s.expect(reply.status, equals: 409)
            try s.expect(s.head("a").closed, equals: nil)
        },
    ]
}
