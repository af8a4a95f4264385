// Closing: with and without a last append, again, and what every operation says afterwards.

import Testing
import VarveServer

/// Claims about closing streams.
enum CloseCases {
    /// Every case of this topic.
    static let all: [ConformanceCase] = [
        ConformanceCase("a close-only POST is 204 with Stream-Closed and the tail") { s throws in
            try s.put("a", body: "content")
            let reply = try s.close("a")
            #expect(reply.status == 204)
            #expect(reply.closed == "true")
            #expect(reply.nextOffset == "0000000000000001_0000000000000007")
        },
        ConformanceCase("a close-only POST is idempotent") { s throws in
            try s.put("a")
            try s.close("a")
            let again = try s.close("a")
            #expect(again.status == 204)
            #expect(again.closed == "true")
            #expect(again.nextOffset == "0000000000000000_0000000000000000")
        },
        ConformanceCase("a close-only POST ignores the content type") { s throws in
            try s.put("a", type: "application/json")
            let reply = try s.post("a", type: "text/plain", [("Stream-Closed", "true")])
            #expect(reply.status == 204)
            #expect(reply.closed == "true")
            try s.put("b", type: "application/json")
            #expect(
                try s.post("b", type: "garbage", [("Stream-Closed", "true")], body: "").status
                    == 204)
        },
        ConformanceCase("append-and-close appends its body and closes") { s throws in
            try s.put("a", body: "first,")
            let reply = try s.post("a", [("Stream-Closed", "true")], body: "final")
            #expect(reply.status == 204)
            #expect(reply.closed == "true")
            #expect(reply.nextOffset == "0000000000000002_000000000000000b")
            let read = try s.get("a")
            #expect(read.text == "first,final")
            #expect(read.closed == "true")
        },
        ConformanceCase("Stream-Closed counts only as true, in any case") { s throws in
            for value in ["false", "1", "yes", "", "truee", "true,true"] {
                try s.put("open")
                #expect(
                    try s.post("open", [("Stream-Closed", value)], body: "x").status == 204,
                    "\(value)")
                #expect(try s.head("open").closed == nil, "\(value)")
                #expect(try s.post("open", [("Stream-Closed", value)]).status == 400, "\(value)")
            }
            for (index, value) in ["true", "TRUE", "True", "tRuE"].enumerated() {
                try s.put("closed\(index)")
                #expect(try s.post("closed\(index)", [("Stream-Closed", value)]).closed == "true")
            }
        },
        ConformanceCase(
            "an append to a closed stream is 409 with Stream-Closed and the final offset"
        ) { s throws in
            try s.put("a", body: "content")
            let final = try s.close("a").nextOffset
            for headers in [[], [("Stream-Closed", "true")]] {
                let reply = try s.post("a", headers, body: "late")
                #expect(reply.status == 409)
                #expect(reply.closed == "true")
                #expect(reply.nextOffset == final)
                #expect(reply.problemCode == "stream-closed")
            }
            #expect(try s.get("a").text == "content")
        },
        ConformanceCase("an append with an empty body to a closed stream is 400") { s throws in
            try s.put("a")
            try s.close("a")
            #expect(try s.post("a", body: "").status == 400)
        },
        ConformanceCase("closing a stream that does not exist is 404") { s throws in
            #expect(try s.close("absent").status == 404)
        },
        ConformanceCase("HEAD says Stream-Closed only of a closed stream") { s throws in
            try s.put("a")
            #expect(try s.head("a").closed == nil)
            try s.close("a")
            #expect(try s.head("a").closed == "true")
        },
        ConformanceCase("a read that reaches the end of a closed stream says so") { s throws in
            try s.put("a", body: "content")
            let tail = try s.close("a").nextOffset ?? ""
            let whole = try s.get("a")
            #expect(whole.closed == "true")
            #expect(whole.upToDate == "true")
            let end = try s.get("a", "offset=\(tail)")
            #expect(end.status == 200)
            #expect(end.body.isEmpty)
            #expect(end.closed == "true")
            #expect(end.upToDate == "true")
            let now = try s.get("a", "offset=now")
            #expect(now.closed == "true")
            #expect(now.upToDate == "true")
        },
        ConformanceCase(
            "a page that does not reach the end of a closed stream does not say closed",
            on: Setting { $0.pageBytes = 8 }
        ) { s throws in
            try s.put("a", body: "12345")
            try s.post("a", body: "67890")
            try s.close("a")
            let first = try s.get("a")
            #expect(first.text == "12345")
            #expect(first.closed == nil)
            #expect(first.upToDate == nil)
            let second = try s.get("a", "offset=\(first.nextOffset ?? "")")
            #expect(second.text == "67890")
            #expect(second.closed == "true")
            #expect(second.upToDate == "true")
        },
        ConformanceCase("a closed stream can be deleted and is gone") { s throws in
            try s.put("a", body: "x")
            try s.close("a")
            #expect(try s.delete("a").status == 204)
            #expect(try s.head("a").status == 404)
            #expect(try s.post("a", body: "x").status == 404)
        },
        ConformanceCase("a JSON append-and-close may be a batch, and an empty batch closes nothing")
        { s throws in
            try s.put("a", type: "application/json")
            let json = "application/json"
            #expect(
                try s.post("a", type: json, [("Stream-Closed", "true")], body: "[]").status == 400)
            #expect(try s.head("a").closed == nil)
            #expect(
                try s.post("a", type: json, [("Stream-Closed", "true")], body: "[1,2]").status
                    == 204)
            #expect(try s.get("a").text == "[1,2]")
        },
        ConformanceCase(
            "the order of closing conflicts: wrong content type on an open stream closes nothing"
        ) { s throws in
            try s.put("a")
            let reply = try s.post("a", type: "text/html", [("Stream-Closed", "true")], body: "x")
            #expect(reply.status == 409)
            #expect(try s.head("a").closed == nil)
        },
    ]
}
