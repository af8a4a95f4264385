// Signed heads, the keys that check them, and verification beside traffic.

/// Claims about proving what streams hold.
package enum ProofCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase(
            "the signed head of a stream is that of its tail, and says what it is of",
            on: [.ownServer]
        ) { s throws in
            try s.put("a/b", body: "one")
            let tail = try s.post("a/b", body: "two").nextOffset ?? ""
            let reply = try head(of: "a/b", s)
            s.expect(reply.status, equals: 200)
            s.expect(reply["content-type"], equals: "application/json")
            s.expect(reply["cache-control"], equals: "no-store")
            s.expect(reply.nextOffset, equals: tail)
            s.expect(reply.closed, equals: nil)
            s.expect(member("type", reply), equals: "varve/head/1")
            s.expect(member("name", reply), equals: "a/b")
            s.expect(member("position", reply), equals: tail)
            s.expect(member("state", reply), equals: "open")
            for (name, digits) in [("incarnation", 32), ("head", 64), ("signature", 128)] {
                s.expect(member(name, reply)?.utf8.count, equals: digits, name)
            }
        },
        ConformanceCase(
            "an offset has one head, whatever came after it", on: [.ownServer]
        ) { s throws in
            let first = try s.put("a", body: "one").nextOffset ?? ""
            let before = member("head", try head(of: "a", s))
            try s.post("a", body: "two")
            let again = try head(of: "a", s, "offset=\(first)")
            s.expect(member("head", again), equals: before)
            s.expect(member("position", again), equals: first)
            try s.expect(member("head", head(of: "a", s)) != before)
            let start = try head(of: "a", s, "offset=-1")
            s.expect(
                member("position", start), equals: "0000000000000000_0000000000000000")
            try s.expect(
                member("head", head(of: "a", s, "offset=now")),
                equals: member("head", head(of: "a", s)))
        },
        ConformanceCase(
            "closing makes another head at the same offset, and the head says so",
            on: [.ownServer]
        ) { s throws in
            let tail = try s.put("a", body: "one").nextOffset
            let open = try head(of: "a", s)
            try s.close("a")
            let closed = try head(of: "a", s)
            s.expect(closed.nextOffset, equals: tail)
            s.expect(closed.closed, equals: "true")
            s.expect(member("state", closed), equals: "closed")
            s.expect(member("head", closed) != member("head", open))
        },
        ConformanceCase(
            "a head where there is none is refused as a read there would be", on: [.ownServer]
        ) { s throws in
            try s.put("a", body: "one")
            for offset in [
                "", "x", "0000000000000001_0000000000000002", "0000000000000002_0000000000000006",
                "0000000000000000_0000000000000003",
            ] {
                let reply = try head(of: "a", s, "offset=\(offset)")
                s.expect(reply.status, equals: 400, offset)
                s.expect(reply, isProblem: "invalid-offset", offset)
            }
            let live = try head(of: "a", s, "offset=now&live=sse")
            s.expect(live, isProblem: "invalid-live-mode")
            let absent = try head(of: "absent", s)
            s.expect(absent.status, equals: 404)
            s.expect(absent, isProblem: "not-found")
            try s.delete("a")
            try s.expect(head(of: "a", s).status, equals: 404)
            let base = "\(s.server.basePath)/__ds/heads"
            try s.expect(s.request("GET", "\(base)/").status, equals: 400)
            try s.expect(s.request("POST", "\(base)/a").status, equals: 405)
        },
        ConformanceCase(
            "a fork has heads of its own records, and none of its source's", on: [.ownServer]
        ) { s throws in
            let start = try s.put("source", body: "one").nextOffset ?? ""
            try s.put("fork", [("Stream-Forked-From", s.path("source"))])
            let first = try head(of: "fork", s)
            s.expect(member("position", first), equals: start)
            try s.expect(member("head", first) != member("head", head(of: "source", s)))
            let before = try head(of: "fork", s, "offset=-1")
            s.expect(before.status, equals: 400)
            s.expect(before, isProblem: "offset-before-fork")
        },
        ConformanceCase(
            "the keys have the one that signed, and may be kept by caches", on: [.ownServer]
        ) { s throws in
            try s.put("a", body: "one")
            let key = member("key", try head(of: "a", s)) ?? ""
            let keys = try s.request("GET", "\(s.server.basePath)/__ds/keys")
            s.expect(keys.status, equals: 200)
            s.expect(keys["content-type"], equals: "application/json")
            s.expect(keys["cache-control"], equals: "public, max-age=300")
            s.expect(keys.text.contains(#"{"key":"\#(key)","algorithm":"ed25519","publicKey":""#))
            s.expect(keys.text.contains(#""signing":true"#))
            try s.expect(
                s.request("POST", "\(s.server.basePath)/__ds/keys").status, equals: 405)
        },
        ConformanceCase(
            "verification follows a stream to its tail and comes to the head that is signed",
            on: [.ownServer]
        ) { s throws in
            try s.put("a", type: "application/json", body: "[1,22,333]")
            let tail = try s.post("a", type: "application/json", body: "4").nextOffset
            let base = "\(s.server.basePath)/__ds/verify"
            let reply = try s.request("POST", "\(base)/a")
            s.expect(reply.status, equals: 200)
            s.expect(reply["cache-control"], equals: "no-store")
            s.expect(reply.text.hasPrefix(#"{"clean":true,"name":"a","#))
            s.expect(reply.text.contains(#""records":4,"bytes":11,"#))
            s.expect(reply.text.hasSuffix(#""damages":[]}"#))
            s.expect(member("position", reply), equals: tail)
            try s.expect(
                member("head", reply), equals: member("head", head(of: "a", s)))
            try s.expect(s.request("POST", "\(base)/absent").status, equals: 404)
            try s.expect(s.request("GET", "\(base)/a").status, equals: 405)
        },
    ]

    /// Asks for the signed head of a stream.
    private static func head(
        of name: String, _ s: Session, _ query: String = ""
    ) throws -> Reply {
        try s.request("GET", "\(s.server.basePath)/__ds/heads/\(name)?\(query)")
    }

    /// The value of a member that is a string.
    private static func member(_ name: String, _ reply: Reply) -> String? {
        let parts = reply.text.components(separatedByLine: #""\#(name)":""#)
        return parts.count > 1 ? String(parts[1].prefix { $0 != "\"" }) : nil
    }
}
