// Stream-Retain-Bytes and Stream-Retain-Seconds. Time is the server's clock, which the cases move.

/// Claims about retention.
package enum RetentionCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase(
            "retention is digits only, without leading zero, sign, fraction or exponent",
            on: [.ownServer]
        ) { s throws in
            for header in ["Stream-Retain-Bytes", "Stream-Retain-Seconds"] {
                for value in [
                    "abc", "-1", "+60", "007", "60.5", "1e3", "", " ", "0x10", "6 0",
                    "99999999999999999999",
                ] {
                    let reply = try s.put("a", [(header, value)])
                    s.expect(reply.status, equals: 400, "\(header): \(value)")
                    s.expect(reply, isProblem: "invalid-retention", "\(header): \(value)")
                }
                let twice = try s.put("a", [(header, "1"), (header, "1")])
                s.expect(twice.status, equals: 400, header)
            }
            try s.expect(s.head("a").status, equals: 404)
        },
        ConformanceCase(
            "retention is part of the configuration, echoed by HEAD and the list",
            on: [.ownServer]
        ) { s throws in
            let both = [("Stream-Retain-Bytes", "1000"), ("Stream-Retain-Seconds", "60")]
            try s.expect(s.put("a", both).status, equals: 201)
            try s.expect(s.put("a", both).status, equals: 200)
            for other in [[], [both[0]], [both[1]], [both[0], ("Stream-Retain-Seconds", "61")]] {
                let reply = try s.put("a", other)
                s.expect(reply.status, equals: 409)
                s.expect(reply, isProblem: "config-mismatch")
            }
            let head = try s.head("a")
            s.expect(head["stream-retain-bytes"], equals: "1000")
            s.expect(head["stream-retain-seconds"], equals: "60")
            let list = try s.request("GET", "\(s.server.basePath)/__ds/streams?prefix=a")
            s.expect(list.text.contains(#""retainBytes":1000,"retainSeconds":60,"#))
        },
        ConformanceCase(
            "a stream keeps the newest whole records within its bytes", on: [.ownServer]
        ) { s throws in
            try s.put("a", [("Stream-Retain-Bytes", "8")])
            var places = [s.beginning]
            for body in ["a", "bb", "ccc", "dddd"] {
                places.append(try s.post("a", body: body).nextOffset ?? "")
            }
            // Seven bytes are whole records, ten are too many.
            try waitUntil("a", beginsAt: places[2], s)
            try s.expect(s.get("a").text, equals: "cccdddd")
            places.append(try s.post("a", body: "a record of more").nextOffset ?? "")
            try waitUntil("a", beginsAt: places[5], s)
            try s.expect(s.get("a").text, equals: "")
            try s.expect(s.get("a", "offset=\(places[4])").status, equals: 410)
        },
        ConformanceCase(
            "a stream keeps what is not older than its seconds", on: [.ownServer]
        ) { s throws in
            try s.put("a", [("Stream-Retain-Seconds", "640")])
            try s.post("a", body: "old")
            try s.server.advance(milliseconds: 400_000)
            let place = try s.post("a", body: "older").nextOffset ?? ""
            try s.server.advance(milliseconds: 200_000)
            let tail = try s.post("a", body: "new").nextOffset ?? ""
            try s.server.advance(milliseconds: 41_000)
            try waitUntil("a", beginsAt: "0000000000000001_0000000000000003", s)
            try s.expect(s.get("a").text, equals: "oldernew")
            try s.server.advance(milliseconds: 400_000)
            try waitUntil("a", beginsAt: place, s)
            try s.server.advance(milliseconds: 200_000)
            try waitUntil("a", beginsAt: tail, s)
        },
        ConformanceCase(
            "a closed stream loses what is too old, and a fork does not inherit that",
            on: [.ownServer]
        ) { s throws in
            try s.put("a", [("Stream-Retain-Seconds", "60")], body: "content")
            try s.put("fork", [("Stream-Forked-From", s.path("a"))])
            let tail = try s.close("a").nextOffset ?? ""
            try s.server.advance(milliseconds: 61_000)
            try waitUntil("a", beginsAt: tail, s)
            try s.expect(s.head("a").closed, equals: "true")
            try s.expect(s.head("fork")["stream-retain-seconds"], equals: nil)
            try s.expect(s.get("fork").text, equals: "content")
        },
    ]

    /// Asks for the head of a stream until it begins at `place`, or for as long as a case may wait.
    private static func waitUntil(
        _ name: String, beginsAt place: String, _ s: Session
    ) throws {
        var found: String?
        for _ in 0..<20_000 {
            found = try s.head(name)["stream-earliest-offset"]
            if found == place { return }
        }
        s.expect(found, equals: place)
    }
}
