// Listing, health, readiness, metrics.

import Testing
import VarveServer

/// Claims about operating a server.
enum OperationCases {
    /// Every case of this topic.
    static let all: [ConformanceCase] = [
        ConformanceCase("the list has every stream, in the order of their names, with its figures")
        { s throws in
            try s.put("b", type: "application/json", body: "[1,2]")
            try s.put("a", [("Stream-Closed", "true")], body: "hello")
            let reply = try s.request("GET", "\(s.server.basePath)/__ds/streams")
            #expect(reply.status == 200)
            #expect(reply["content-type"] == "application/json")
            #expect(reply["cache-control"] == "no-store")
            let firstTail = "0000000000000001_0000000000000005"
            let secondTail = "0000000000000002_0000000000000004"
            let first =
                #"{"name":"a","contentType":"text/plain","nextOffset":"\#(firstTail)","#
                + #""records":1,"bytes":5,"closed":true"#
            let second =
                #"{"name":"b","contentType":"application/json","nextOffset":"\#(secondTail)","#
                + #""records":2,"bytes":4,"closed":false"#
            #expect(reply.text.hasPrefix(#"{"streams":[\#(first)"#))
            #expect(reply.text.contains(second))
        },
        ConformanceCase("the list is cut by prefix and continues after a name") { s throws in
            for name in ["x/1", "x/2", "x/3", "y/1"] { try s.put(name) }
            let base = "\(s.server.basePath)/__ds/streams"
            #expect(names(try s.request("GET", "\(base)?prefix=x/")) == ["x/1", "x/2", "x/3"])
            #expect(
                names(try s.request("GET", "\(base)?prefix=x%2F&after=x%2F1")) == ["x/2", "x/3"])
            let page = try s.request("GET", "\(base)?limit=2")
            #expect(names(page) == ["x/1", "x/2"])
            #expect(page.text.hasSuffix(#""next":"x/2"}"#))
            #expect(names(try s.request("GET", "\(base)?limit=2&after=x/2")) == ["x/3", "y/1"])
            #expect(names(try s.request("GET", "\(base)?prefix=z")) == [])
        },
        ConformanceCase("a malformed list request is 400") { s throws in
            let base = "\(s.server.basePath)/__ds/streams"
            for query in ["limit=0", "limit=-1", "limit=x", "limit=1001", "limit=", "prefix=%zz"] {
                let reply = try s.request("GET", "\(base)?\(query)")
                #expect(reply.status == 400, "\(query)")
                #expect(reply.problemCode == "invalid-query", "\(query)")
            }
            #expect(try s.request("POST", base).status == 405)
        },
        ConformanceCase("names in the list are escaped as JSON") { s throws in
            try s.put("q%22uote%5C")
            let reply = try s.request("GET", "\(s.server.basePath)/__ds/streams")
            #expect(reply.text.contains(#""name":"q\"uote\\""#))
        },
        ConformanceCase("expired streams are not listed") { s throws in
            try s.put("a", [("Stream-TTL", "1")])
            s.server.advance(milliseconds: 1500)
            #expect(names(try s.request("GET", "\(s.server.basePath)/__ds/streams")) == [])
        },
        ConformanceCase("health and readiness are 200, and may be asked by HEAD") { s throws in
            for path in ["/health", "/ready"] {
                let reply = try s.request("GET", path)
                #expect(reply.status == 200)
                #expect(reply["cache-control"] == "no-store")
                #expect(try s.request("HEAD", path).status == 200)
                #expect(try s.request("POST", path).status == 405)
            }
        },
        ConformanceCase("the metrics count what happened") { s throws in
            try s.put("a", body: "12345")
            for _ in 0..<3 { try s.post("a", body: "12345") }
            _ = try s.get("a")
            _ = try s.get("absent")
            let reply = try s.request("GET", "/metrics")
            #expect(reply.status == 200)
            #expect(reply["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(try s.server.metric("varve_streams") == 1)
            #expect(try s.server.metric("varve_appends_total") == 4)
            #expect(try s.server.metric("varve_append_bytes_total") == 20)
            #expect(try s.server.metric("varve_read_bytes_total") == 20)
            #expect(
                try s.server.metric(#"varve_requests_total{operation="append",class="2xx"}"#) == 3)
            #expect(
                try s.server.metric(#"varve_requests_total{operation="read",class="4xx"}"#) == 1)
            #expect(try s.server.metric("varve_commit_frames_count") >= 1)
            #expect(try s.server.metric("varve_sync_seconds_count") >= 1)
            #expect(try s.server.metric("varve_subscribers") == 0)
            #expect(try s.server.metric("varve_waiters") == 0)
            #expect(try s.server.metric("process_resident_memory_bytes") > 1_000_000)
        },
        ConformanceCase("every metric has its help and type, once") { s throws in
            let text = try s.request("GET", "/metrics").text
            let lines = text.components(separatedByLine: "\n").filter { !$0.isEmpty }
            let types = lines.filter { $0.hasPrefix("# TYPE ") }
            #expect(Set(types).count == types.count)
            #expect(lines.count { $0.hasPrefix("# HELP ") } == types.count)
            for line in lines where !line.hasPrefix("#") {
                #expect(line.split(separator: " ").count == 2, "\(line)")
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
