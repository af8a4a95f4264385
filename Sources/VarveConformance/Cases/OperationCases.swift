// Listing, health, readiness, metrics.

/// Claims about operating a server.
package enum OperationCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase(
            "the list has every stream, in the order of their names, with its figures",
            on: [.ownServer]
        ) { s throws in
            try s.put("b", type: "application/json", body: "[1,2]")
            try s.put("a", [("Stream-Closed", "true")], body: "hello")
            let reply = try s.request("GET", "\(s.server.basePath)/__ds/streams")
            s.expect(reply.status, equals: 200)
            s.expect(reply["content-type"], equals: "application/json")
            s.expect(reply["cache-control"], equals: "no-store")
            let firstTail = "0000000000000001_0000000000000005"
            let secondTail = "0000000000000002_0000000000000004"
            let first =
                #"{"name":"a","contentType":"text/plain","nextOffset":"\#(firstTail)","#
                + #""records":1,"bytes":5,"closed":true"#
            let second =
                #"{"name":"b","contentType":"application/json","nextOffset":"\#(secondTail)","#
                + #""records":2,"bytes":4,"closed":false"#
            s.expect(reply.text.hasPrefix(#"{"streams":[\#(first)"#))
            s.expect(reply.text.contains(second))
        },
        ConformanceCase("the list is cut by prefix and continues after a name", on: [.ownServer]) {
            s throws in
            for name in ["x/1", "x/2", "x/3", "y/1"] { try s.put(name) }
            let base = "\(s.server.basePath)/__ds/streams"
            s.expect(
                names(try s.request("GET", "\(base)?prefix=x/")), equals: ["x/1", "x/2", "x/3"])
            s.expect(
                names(try s.request("GET", "\(base)?prefix=x%2F&after=x%2F1")),
                equals: ["x/2", "x/3"])
            let page = try s.request("GET", "\(base)?limit=2")
            s.expect(names(page), equals: ["x/1", "x/2"])
            s.expect(page.text.hasSuffix(#""next":"x/2"}"#))
            s.expect(
                names(try s.request("GET", "\(base)?limit=2&after=x/2")), equals: ["x/3", "y/1"])
            s.expect(names(try s.request("GET", "\(base)?prefix=z")), equals: [])
        },
        ConformanceCase("a malformed list request is 400", on: [.ownServer]) { s throws in
            let base = "\(s.server.basePath)/__ds/streams"
            for query in ["limit=0", "limit=-1", "limit=x", "limit=1001", "limit=", "prefix=%zz"] {
                let reply = try s.request("GET", "\(base)?\(query)")
                s.expect(reply.status, equals: 400, "\(query)")
                s.expect(reply, isProblem: "invalid-query", "\(query)")
            }
            try s.expect(s.request("POST", base).status, equals: 405)
        },
        ConformanceCase("names in the list are escaped as JSON", on: [.ownServer]) { s throws in
            try s.put("q%22uote%5C")
            let reply = try s.request("GET", "\(s.server.basePath)/__ds/streams")
            s.expect(reply.text.contains(#""name":"q\"uote\\""#))
        },
        ConformanceCase("expired streams are not listed", on: [.ownServer]) { s throws in
            try s.put("a", [("Stream-TTL", "1")])
            try s.server.advance(milliseconds: 1500)
            s.expect(names(try s.request("GET", "\(s.server.basePath)/__ds/streams")), equals: [])
        },
        ConformanceCase("health and readiness are 200, and may be asked by HEAD") { s throws in
            for path in ["/health", "/ready"] {
                let reply = try s.request("GET", path)
                s.expect(reply.status, equals: 200)
                s.expect(reply["cache-control"], equals: "no-store")
                try s.expect(s.request("HEAD", path).status, equals: 200)
                try s.expect(s.request("POST", path).status, equals: 405)
            }
        },
        ConformanceCase("the metrics count what happened") { s throws in
            try s.put("a", body: "12345")
            for _ in 0..<3 { try s.post("a", body: "12345") }
            _ = try s.get("a")
            _ = try s.get("absent")
            let reply = try s.request("GET", "/metrics")
            s.expect(reply.status, equals: 200)
            s.expect(reply["content-type"], equals: "text/plain; version=0.0.4; charset=utf-8")
            try s.expect(s.server.metric("varve_streams"), equals: 1)
            try s.expect(s.server.metric("varve_appends_total"), equals: 4)
            try s.expect(s.server.metric("varve_append_bytes_total"), equals: 20)
            try s.expect(s.server.metric("varve_read_bytes_total"), equals: 20)
            try s.expect(
                s.server.metric(#"varve_requests_total{operation="append",class="2xx"}"#), equals: 3
            )
            try s.expect(
                s.server.metric(#"varve_requests_total{operation="read",class="4xx"}"#), equals: 1)
            try s.expect(s.server.metric("varve_commit_frames_count") >= 1)
            try s.expect(s.server.metric("varve_sync_seconds_count") >= 1)
            try s.expect(s.server.metric("varve_subscribers"), equals: 0)
            try s.expect(s.server.metric("varve_waiters"), equals: 0)
            try s.expect(s.server.metric("process_resident_memory_bytes") > 1_000_000)
        },
        ConformanceCase("every metric has its help and type, once") { s throws in
            let text = try s.request("GET", "/metrics").text
            let lines = text.components(separatedByLine: "\n").filter { !$0.isEmpty }
            let types = lines.filter { $0.hasPrefix("# TYPE ") }
            s.expect(Set(types).count, equals: types.count)
            s.expect(lines.count { $0.hasPrefix("# HELP ") }, equals: types.count)
            for line in lines where !line.hasPrefix("#") {
                s.expect(line.split(separator: " ").count, equals: 2, "\(line)")
            }
        },
    ]

    /// The names in a list, in order.
    private static func names(_ reply: Reply) -> [String] {
        reply.text.components(separatedByLine: #""name":""#).dropFirst().map {
            String($0.prefix { $0 != "\"" })
        }
    }
}
