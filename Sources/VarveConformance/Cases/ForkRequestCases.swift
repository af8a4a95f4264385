// Asking for a fork: what is refused, and what is the same request again.

/// Claims about the headers of a fork.
package enum ForkRequestCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = requests + again

    private static let requests: [ConformanceCase] = [
        ConformanceCase("a source that is not there is 404, whatever its path") { s throws in
            for path in [s.path("absent"), "/other/absent", "absent", "/", s.path("__ds/x")] {
                let reply = try s.put("fork", [("Stream-Forked-From", path)])
                s.expect(reply.status, equals: 404, "\(path)")
                s.expect(reply, isProblem: "fork-source-not-found", "\(path)")
            }
            try s.expect(s.head("fork").status, equals: 404)
        },
        ConformanceCase("the source's path is percent-decoded") { s throws in
            try s.put("a%20b", body: "x")
            try s.expect(
                s.put("fork", [("Stream-Forked-From", s.path("a%20b"))]).status, equals: 201)
            try s.expect(s.get("fork").text, equals: "x")
        },
        ConformanceCase("another content type is 409, none is inherited") { s throws in
            try s.put("source", type: "application/json; v=1", body: "1")
            let reply = try s.fork("fork", of: "source", type: "text/plain")
            s.expect(reply.status, equals: 409)
            s.expect(reply, isProblem: "content-type-mismatch")
            try s.expect(s.fork("fork", of: "source", type: nil).status, equals: 201)
            try s.expect(s.head("fork")["content-type"], equals: "application/json; v=1")
            try s.expect(s.fork("same", of: "source", type: "APPLICATION/json").status, equals: 201)
        },
        ConformanceCase("a refused fork holds no reference") { s throws in
            try s.put("source", body: "x")
            let beyond = "0000000000000009_0000000000000009"
            try s.expect(s.fork("fork", of: "source", at: beyond).status, equals: 400)
            try s.expect(s.fork("fork", of: "source", type: "image/png").status, equals: 409)
            try s.delete("source")
            try s.expect(s.get("source").status, equals: 404)
        },
        ConformanceCase("an offset beyond the tail, off a boundary or malformed is 400") {
            s throws in
            try s.put("source", body: "abc")
            for offset in [
                "0000000000000002_0000000000000003", "0000000000000001_0000000000000004",
                "0000000000000000_0000000000000001", "0000000000000001_0000000000000002", "-1",
                "now", "", "3", "0_0",
            ] {
                let reply = try s.fork("fork", of: "source", at: offset)
                s.expect(reply.status, equals: 400, "\(offset)")
                s.expect(reply, isProblem: "invalid-offset", "\(offset)")
            }
            try s.expect(s.head("fork").status, equals: 404)
        },
        ConformanceCase("fork headers without a source are 400, even with nothing to say") {
            s throws in
            for headers: Headers in [
                [("Stream-Fork-Offset", s.beginning)], [("Stream-Fork-Sub-Offset", "0")],
                [("Stream-Fork-Sub-Offset", "")], [("Stream-Fork-Sub-Offset", "1")],
                [("Stream-Forked-From", "")],
            ] {
                let reply = try s.put("fork", headers)
                s.expect(reply.status, equals: 400, "\(headers)")
                s.expect(reply, isProblem: "invalid-fork", "\(headers)")
            }
            try s.expect(s.head("fork").status, equals: 404)
        },
        ConformanceCase("a sub-offset above 0 needs an offset; 0 is as good as none") {
            s throws in
            try s.put("source", body: "abc")
            let alone = try s.fork("fork", of: "source", [("Stream-Fork-Sub-Offset", "1")])
            s.expect(alone.status, equals: 400)
            s.expect(alone, isProblem: "invalid-fork")
            try s.expect(
                s.fork("fork", of: "source", [("Stream-Fork-Sub-Offset", "0")]).status, equals: 201)
            try s.expect(s.get("fork").text, equals: "abc")
            try s.expect(s.fork("fork", of: "source").status, equals: 200)
        },
        ConformanceCase("a malformed sub-offset is 400") { s throws in
            try s.put("source", body: "abc")
            for value in ["-1", "05", "+1", "1.5", "abc", "", " ", "1e0", "99999999999999999999"] {
                let reply = try s.fork("fork", of: "source", at: s.beginning, sub: value)
                s.expect(reply.status, equals: 400, "\(value)")
                s.expect(reply, isProblem: "invalid-fork-sub-offset", "\(value)")
            }
        },
        ConformanceCase("a sub-offset cuts the bytes of one append") { s throws in
            let first = try s.put("source", body: "hello").nextOffset ?? ""
            try s.post("source", body: "world")
            try s.expect(s.fork("a", of: "source", at: s.beginning, sub: "3").status, equals: 201)
            try s.expect(s.get("a").text, equals: "hel")
            try s.post("a", body: "p!")
            try s.expect(s.get("a").text, equals: "help!")
            try s.fork("b", of: "source", at: first, sub: "1", body: "-")
            try s.expect(s.get("b").text, equals: "hellow-")
            let whole = try s.fork("c", of: "source", at: s.beginning, sub: "5")
            s.expect(whole.nextOffset, equals: first)
            try s.expect(s.get("c").text, equals: "hello")
            let beyond = try s.fork("d", of: "source", at: s.beginning, sub: "6")
            s.expect(beyond.status, equals: 400)
            s.expect(beyond, isProblem: "invalid-fork-sub-offset")
        },
        ConformanceCase("the end of the piece is a boundary of the fork") { s throws in
            try s.put("source", body: "hello")
            let cut = try s.fork("fork", of: "source", at: s.beginning, sub: "2").nextOffset ?? ""
            try s.post("fork", body: "y")
            try s.expect(s.get("fork", "offset=\(cut)").text, equals: "y")
            try s.expect(s.get("source", "offset=\(cut)").status, equals: 400)
        },
        ConformanceCase("a sub-offset counts the messages of a JSON stream") { s throws in
            let json = "application/json"
            try s.put("source", type: json, body: "[1,[2,2],3]")
            try s.fork("fork", of: "source", type: json, at: s.beginning, sub: "2")
            try s.expect(s.get("fork").text, equals: "[1,[2,2]]")
            try s.post("fork", type: json, body: "[4]")
            try s.expect(s.get("fork").text, equals: "[1,[2,2],4]")
            try s.fork("all", of: "source", type: json, at: s.beginning, sub: "3")
            try s.expect(s.get("all").text, equals: "[1,[2,2],3]")
            let beyond = try s.fork("no", of: "source", type: json, at: s.beginning, sub: "4")
            s.expect(beyond.status, equals: 400)
        },
        ConformanceCase("at the tail there is nothing to cut") { s throws in
            let tail = try s.put("source", body: "abc").nextOffset ?? ""
            try s.expect(s.fork("fork", of: "source", at: tail, sub: "1").status, equals: 400)
            try s.put("empty")
            try s.expect(s.fork("fork", of: "empty", at: s.beginning, sub: "1").status, equals: 400)
            try s.expect(s.fork("fork", of: "empty").status, equals: 201)
        },
        ConformanceCase("sub-offsets go through chains") { s throws in
            try s.put("a", body: "hello")
            let tail = try s.fork("b", of: "a", body: "world").nextOffset ?? ""
            try s.fork("c", of: "b", at: s.beginning, sub: "4", body: "!")
            try s.expect(s.get("c").text, equals: "hell!")
            let border = try s.head("a").nextOffset ?? ""
            try s.fork("d", of: "b", at: border, sub: "3")
            try s.expect(s.get("d").text, equals: "hellowor")
            try s.expect(s.fork("e", of: "d", at: tail, sub: "1").status, equals: 400)
            let json = "application/json"
            try s.put("j", type: json, body: "[1,2]")
            try s.fork("k", of: "j", type: json, body: "[3,4]")
            try s.fork("l", of: "k", type: json, at: s.beginning, sub: "3", body: "[5]")
            try s.expect(s.get("l").text, equals: "[1,2,3,5]")
        },
        ConformanceCase("a wrong body is refused and creates no fork") { s throws in
            try s.put("source", type: "application/json", body: "1")
            try s.expect(s.fork("fork", of: "source", type: nil, body: "{").status, equals: 400)
            try s.expect(s.head("fork").status, equals: 404)
            try s.expect(s.fork("fork", of: "source", type: nil, body: "[]").status, equals: 201)
            try s.expect(s.get("fork").text, equals: "[1]")
        },
        ConformanceCase("fork headers twice are 400") { s throws in
            try s.put("source", body: "x")
            let twice: Headers = [
                ("Stream-Forked-From", s.path("source")), ("Stream-Forked-From", s.path("source")),
            ]
            try s.expect(s.put("fork", twice).status, equals: 400)
        },
    ]

    private static let again: [ConformanceCase] = [
        ConformanceCase("the same fork again is 200, and appends nothing") { s throws in
            let first = try s.put("source", body: "abc").nextOffset ?? ""
            try s.fork("fork", of: "source", at: first, body: "x")
            let reply = try s.fork("fork", of: "source", at: first, body: "x")
            s.expect(reply.status, equals: 200)
            s.expect(reply["location"], equals: nil)
            try s.expect(s.get("fork").text, equals: "abcx")
        },
        ConformanceCase("without an offset, what was fixed at creation matches") { s throws in
            let first = try s.put("source", body: "abc").nextOffset ?? ""
            try s.fork("fork", of: "source")
            try s.post("source", body: "more")
            try s.expect(s.fork("fork", of: "source").status, equals: 200)
            try s.expect(s.fork("fork", of: "source", at: first).status, equals: 200)
            try s.expect(s.fork("fork", of: "source", type: nil).status, equals: 200)
            try s.expect(s.get("fork").text, equals: "abc")
            try s.fork("early", of: "source", at: s.beginning)
            try s.expect(s.fork("early", of: "source").status, equals: 200)
        },
        ConformanceCase("any difference is 409") { s throws in
            let tail = try s.put("source", [("Stream-TTL", "100")], body: "abc").nextOffset ?? ""
            try s.put("other", body: "abc")
            try s.fork("fork", of: "source", at: s.beginning, sub: "1")
            let differences = [
                try s.fork("fork", of: "other", at: s.beginning, sub: "1"),
                try s.fork("fork", of: "source", at: tail, sub: "1"),
                try s.fork("fork", of: "source", at: s.beginning, sub: "2"),
                try s.fork("fork", of: "source", at: s.beginning),
                try s.fork("fork", of: "source", type: "image/png", at: s.beginning, sub: "1"),
                try s.fork("fork", of: "source", at: s.beginning, sub: "1", [("Stream-TTL", "9")]),
                try s.fork(
                    "fork", of: "source", at: s.beginning, sub: "1", [("Stream-Closed", "true")]),
                try s.put("fork"),
            ]
            for reply in differences {
                s.expect(reply.status, equals: 409)
                s.expect(reply, isProblem: "config-mismatch")
            }
            try s.expect(
                s.fork("fork", of: "source", at: s.beginning, sub: "1").status, equals: 200)
        },
        ConformanceCase("a stream that is no fork is 409 to a fork of its name") { s throws in
            try s.put("source", body: "x")
            try s.put("plain", body: "x")
            try s.expect(s.fork("plain", of: "source").status, equals: 409)
            try s.expect(s.fork("source", of: "source").status, equals: 409)
        },
    ]
}
