// Redaction: records lose what they said, and nothing else changes.

/// Claims about redaction.
package enum RedactionCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase(
            "an erased record has a filler of its length, and all offsets stay", on: [.ownServer]
        ) { s throws in
            for (type, first, filler) in [
                ("application/json", #""a name""#, "null    "), ("text/plain", "a name", "      "),
                ("application/octet-stream", "a name", "\0\0\0\0\0\0"),
            ] {
                let name = String(type.split(separator: "/")[1])
                try s.put(name, type: type)
                let place = try s.post(name, type: type, body: "1").nextOffset ?? ""
                let behind = try s.post(name, type: type, body: first).nextOffset ?? ""
                let tail = try s.post(name, type: type, body: "2").nextOffset
                let before = try s.get(name).text
                let reply = try redact(name, place, s)
                s.expect(reply.status, equals: 200)
                s.expect(reply["cache-control"], equals: "no-store")
                s.expect(reply.nextOffset, equals: behind)
                s.expect(reply.text.hasPrefix(#"{"records":1,"nextOffset":"\#(behind)","#))
                let page = try s.get(name)
                s.expect(page.nextOffset, equals: tail)
                let parts = before.components(separatedByLine: first)
                s.expect(page.text, equals: parts.joined(separator: filler))
                try s.expect(redact(name, place, s).status, equals: 200)
                try s.expect(s.get(name).text, equals: page.text)
                let found = try s.request("POST", "\(s.server.basePath)/__ds/verify/\(name)")
                s.expect(found.text.hasPrefix(#"{"clean":true"#))
                s.expect(found.text.contains(#""records":3,"#))
                s.expect(found.text.contains(#""redacted":1,"#))
            }
        },
        ConformanceCase(
            "forks see the filler, and erase records of their source", on: [.ownServer]
        ) { s throws in
            try s.put("source")
            let place = try s.post("source", body: "one").nextOffset ?? ""
            try s.post("source", body: "two")
            let path = "\(s.server.basePath)/source"
            try s.put("fork", [("Stream-Forked-From", path)])
            try s.post("fork", body: "three")
            try s.expect(redact("source", s.beginning, s).status, equals: 200)
            try s.expect(s.get("fork").text, equals: "   twothree")
            try s.expect(redact("fork", place, s, records: 2).status, equals: 200)
            try s.expect(s.get("fork").text, equals: "           ")
            try s.expect(s.get("source").text, equals: "      ")
        },
        ConformanceCase(
            "what is no record of the stream, or no request, is refused", on: [.ownServer]
        ) { s throws in
            try s.put("a", body: "hello")
            for (place, records) in [
                ("0000000000000000_0000000000000001", 1), ("now", 1), (s.beginning, 2),
                (s.beginning, 0), (s.beginning, 10_001),
            ] {
                try s.expect(redact("a", place, s, records: records).status, equals: 400)
            }
            let base = "\(s.server.basePath)/__ds/redact"
            for body in ["", "x", "{}", #"{"offset":"\#(s.beginning)"}"#, "[]"] {
                let reply = try s.request("POST", "\(base)/a", body: Array(body.utf8))
                s.expect(reply.status, equals: 400)
                s.expect(reply, isProblem: "invalid-redaction")
            }
            try s.expect(redact("absent", s.beginning, s).status, equals: 404)
            try s.expect(s.request("GET", "\(base)/a").status, equals: 405)
            try s.expect(s.get("a").text, equals: "hello")
        },
    ]

    /// Asks for records to be erased.
    private static func redact(
        _ name: String, _ place: String, _ s: Session, records: Int = 1
    ) throws -> Reply {
        try s.request(
            "POST", "\(s.server.basePath)/__ds/redact/\(name)",
            body: Array(
                #"{"offset":"\#(place)","records":\#(records),"reason":"a case"}"#.utf8))
    }
}
