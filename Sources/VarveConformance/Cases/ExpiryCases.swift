// Stream-TTL and Stream-Expires-At. Time is the server's clock, which the cases move.

/// Claims about expiry.
package enum ExpiryCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = configuration + expiring

    private static let configuration: [ConformanceCase] = [
        ConformanceCase("TTL and expiry time together are 400") { s throws in
            let reply = try s.put(
                "a", [("Stream-TTL", "60"), ("Stream-Expires-At", s.server.time(inSeconds: 60))])
            s.expect(reply.status, equals: 400)
            s.expect(reply, isProblem: "conflicting-expiry")
        },
        ConformanceCase("a TTL is digits only, without leading zero, sign, fraction or exponent") {
            s in
            for value in [
                "abc", "-1", "+60", "00060", "01", "60.5", "60.", "1e3", "", " ", "0x10", "6 0",
                "99999999999999999999",
            ] {
                let reply = try s.put("a", [("Stream-TTL", value)])
                s.expect(reply.status, equals: 400, "\(value)")
                s.expect(reply, isProblem: "invalid-ttl", "\(value)")
            }
            try s.expect(s.head("a").status, equals: 404)
            try s.expect(s.put("a", [("Stream-TTL", "3600")]).status, equals: 201)
        },
        ConformanceCase("a TTL of 0 is accepted, and the stream has expired at once") { s throws in
            try s.expect(s.put("a", [("Stream-TTL", "0")]).status, equals: 201)
            try s.server.advance(milliseconds: 1)
            try s.expect(s.head("a").status, equals: 404)
        },
        ConformanceCase("an expiry time is RFC 3339 in any zone") { s throws in
            let zulu = s.server.time(inSeconds: 3600)
            try s.expect(s.put("a", [("Stream-Expires-At", zulu)]).status, equals: 201)
            let offset = String(zulu.dropLast()) + "+00:00"
            try s.expect(s.put("b", [("Stream-Expires-At", offset)]).status, equals: 201)
            try s.expect(
                s.put("c", [("Stream-Expires-At", "2099-12-31T23:59:59.123456-08:30")]).status,
                equals: 201)
            try s.expect(
                s.put("d", [("Stream-Expires-At", "2099-12-31t23:59:59z")]).status, equals: 201)
        },
        ConformanceCase("a malformed expiry time is 400") { s throws in
            for value in [
                "not-a-timestamp", "", "2099-12-31", "2099-12-31T23:59:59", "2099-13-01T00:00:00Z",
                "2099-02-30T00:00:00Z", "2099-12-31T24:00:00Z", "2099-12-31 23:59:59", "4102444800",
                "2099-12-31T23:59:59+0000",
            ] {
                let reply = try s.put("a", [("Stream-Expires-At", value)])
                s.expect(reply.status, equals: 400, "\(value)")
                s.expect(reply, isProblem: "invalid-expiry", "\(value)")
            }
        },
        ConformanceCase("an expiry time in the past is 400") { s throws in
            try s.expect(
                s.put("a", [("Stream-Expires-At", "2001-01-01T00:00:00Z")]).status, equals: 400)
        },
        ConformanceCase("PUT again with the same TTL or expiry is 200, with another 409") {
            s throws in
            try s.put("ttl", [("Stream-TTL", "3600")])
            try s.expect(s.put("ttl", [("Stream-TTL", "3600")]).status, equals: 200)
            try s.expect(s.put("ttl", [("Stream-TTL", "7200")]).status, equals: 409)
            try s.expect(s.put("ttl").status, equals: 409)
            try s.put("at", [("Stream-Expires-At", "2099-12-31T12:00:00Z")])
            try s.expect(
                s.put("at", [("Stream-Expires-At", "2099-12-31T12:00:00Z")]).status, equals: 200)
            try s.expect(
                s.put("at", [("Stream-Expires-At", "2099-12-31T13:00:00+01:00")]).status,
                equals: 200)
            try s.expect(
                s.put("at", [("Stream-Expires-At", "2099-12-31T12:00:01Z")]).status, equals: 409)
            try s.put("none")
            try s.expect(s.put("none", [("Stream-TTL", "3600")]).status, equals: 409)
        },
        ConformanceCase("HEAD says the configured TTL or expiry time") { s throws in
            try s.put("ttl", [("Stream-TTL", "3600")])
            try s.server.advance(milliseconds: 10_000)
            let ttl = try s.head("ttl")
            s.expect(ttl["stream-ttl"], equals: "3600")
            s.expect(ttl["stream-expires-at"], equals: nil)
            try s.put("at", [("Stream-Expires-At", "2099-12-31T23:59:59Z")])
            let at = try s.head("at")
            s.expect(at["stream-expires-at"]?.hasPrefix("2099-12-31T23:59:59"), equals: true)
            s.expect(at["stream-ttl"], equals: nil)
        },
    ]

    private static let expiring: [ConformanceCase] = [
        ConformanceCase("after its TTL a stream is 404 for everything") { s throws in
            try s.put("a", [("Stream-TTL", "1")], body: "x")
            try s.expect(s.head("a").status, equals: 200)
            try s.server.advance(milliseconds: 1500)
            try s.expect(s.head("a").status, equals: 404)
            try s.expect(s.get("a").status, equals: 404)
            try s.expect(s.get("a", "offset=-1&live=long-poll").status, equals: 404)
            try s.expect(s.post("a", body: "x").status, equals: 404)
            try s.expect(s.delete("a").status, equals: 404)
        },
        ConformanceCase("after its expiry time a stream is 404 for everything") { s throws in
            try s.put("a", [("Stream-Expires-At", s.server.time(inSeconds: 2))], body: "x")
            try s.expect(s.post("a", body: "y").status, equals: 204)
            try s.server.advance(milliseconds: 2500)
            try s.expect(s.head("a").status, equals: 404)
            try s.expect(s.get("a").status, equals: 404)
            try s.expect(s.post("a", body: "x").status, equals: 404)
        },
        ConformanceCase("an expired name is free, for another configuration too") { s throws in
            try s.put("a", [("Stream-TTL", "1")], body: "original")
            try s.server.advance(milliseconds: 1500)
            try s.expect(
                s.put(
                    "a", type: "application/json", [("Stream-TTL", "3600")], body: #"["new"]"#
                ).status, equals: 201)
            try s.expect(s.get("a").text, equals: #"["new"]"#)
        },
        ConformanceCase("reads and appends slide the TTL") { s throws in
            try s.put("a", [("Stream-TTL", "100")], body: "x")
            for _ in 0..<4 {
                try s.server.advance(milliseconds: 60_000)
                try s.expect(s.get("a").status, equals: 200)
            }
            for _ in 0..<4 {
                try s.server.advance(milliseconds: 60_000)
                try s.expect(s.post("a", body: "x").status, equals: 204)
            }
            try s.server.advance(milliseconds: 100_001)
            try s.expect(s.get("a").status, equals: 404)
        },
        ConformanceCase("HEAD never slides the TTL") { s throws in
            try s.put("a", [("Stream-TTL", "100")])
            for _ in 0..<3 {
                try s.server.advance(milliseconds: 30_000)
                try s.expect(s.head("a").status, equals: 200)
            }
            try s.server.advance(milliseconds: 11_000)
            try s.expect(s.head("a").status, equals: 404)
        },
        ConformanceCase("an expiry time never slides") { s throws in
            try s.put("a", [("Stream-Expires-At", s.server.time(inSeconds: 100))])
            try s.server.advance(milliseconds: 60_000)
            try s.expect(s.get("a").status, equals: 200)
            try s.expect(s.post("a", body: "x").status, equals: 204)
            try s.server.advance(milliseconds: 41_000)
            try s.expect(s.get("a").status, equals: 404)
        },
        ConformanceCase("an attached live reader holds the TTL") { s throws in
            try s.put("a", [("Stream-TTL", "10")])
            let stream = try s.subscribe("a", "offset=now")
            try stream.read(controls: 1)
            try s.server.advance(milliseconds: 60_000)
            try s.expect(s.post("a", body: "still here").status, equals: 204)
            try stream.read(controls: 2)
            s.expect(stream.data, equals: ["still here"])
        },
        ConformanceCase("waiting polls on a stream that reaches its expiry time end with 404") {
            s in
            try s.put("a", [("Stream-Expires-At", s.server.time(inSeconds: 10))])
            let poll = try s.park("a", "offset=now")
            try s.server.advance(milliseconds: 11_000)
            try s.expect(poll.readReply().status, equals: 404)
        },
        ConformanceCase("the sweep removes expired streams without a request for them") {
            s throws in
            try s.put("keep")
            for index in 0..<5 { try s.put("a\(index)", [("Stream-TTL", "1")]) }
            try s.server.wait(for: "varve_streams", toBe: 6)
            try s.server.advance(milliseconds: 2000)
            try s.server.wait(for: "varve_streams", toBe: 1)
        },
    ]
}
