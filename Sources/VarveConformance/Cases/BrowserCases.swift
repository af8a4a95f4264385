// CORS, preflight, and the headers that every response carries.

/// Claims about browsers.
package enum BrowserCases {
    /// Every case of this topic.
    package static let all: [ConformanceCase] = [
        ConformanceCase("every response says nosniff and cross-origin, errors included") {
            s throws in
            try s.put("a", body: "x")
            try s.put("done", [("Stream-Closed", "true")])
            let replies = [
                try s.put("b"), try s.put("a"), try s.put("a", type: "text/html"), try s.get("a"),
                try s.get("a", "", [("If-None-Match", "*")]), try s.get("absent"),
                try s.get("a", "offset=x"),
                try s.post("a", body: "y"), try s.post("a"),
                try s.post("a", s.producer("p", 0, 0), body: "z"),
                try s.head("a"), try s.head("absent"), try s.delete("b"),
                try s.get("done", "offset=now&live=long-poll"),
                try s.request("PATCH", s.path("a")), try s.request("OPTIONS", s.path("a")),
                try s.request("GET", "/"), try s.request("GET", "/health"),
                try s.request("GET", "/metrics"),
                try s.raw("GET / HTTP/1.1\r\n\r\n"), try s.raw("nonsense\r\n\r\n"),
                try s.subscribe("done", "offset=-1").head,
            ]
            for reply in replies {
                s.expect(reply["x-content-type-options"], equals: "nosniff", "\(reply)")
                s.expect(reply["cross-origin-resource-policy"], equals: "cross-origin", "\(reply)")
                s.expect(reply.count(of: "x-content-type-options"), equals: 1, "\(reply)")
            }
        },
        ConformanceCase("a preflight is 204 and allows methods and headers") { s throws in
            let reply = try s.request(
                "OPTIONS", s.path("a"),
                [
                    ("Origin", "https://example.com"), ("Access-Control-Request-Method", "POST"),
                    ("Access-Control-Request-Headers", "content-type,stream-seq"),
                ])
            s.expect(reply.status, equals: 204)
            s.expect(reply["access-control-allow-origin"], equals: "*")
            let methods = reply["access-control-allow-methods"] ?? ""
            for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"] {
                s.expect(methods.contains(method))
            }
            let allowed = (reply["access-control-allow-headers"] ?? "").lowercased()
            for header in [
                "content-type", "authorization", "if-match", "if-none-match", "stream-seq",
                "stream-ttl",
                "stream-expires-at", "stream-closed", "producer-id", "producer-epoch",
                "producer-seq", "stream-forked-from", "stream-fork-offset",
                "stream-fork-sub-offset",
            ] {
                s.expect(allowed.contains(header), "\(header)")
            }
            s.expect(reply["access-control-max-age"] != nil)
        },
        ConformanceCase("protocol headers are exposed to scripts, on errors and streams too") {
            s throws in
            try s.put("a", [("Stream-Closed", "true")], body: "x")
            let origin: Headers = [("Origin", "https://example.com")]
            for reply in [
                try s.get("a", "", origin), try s.get("absent", "", origin),
                try s.head("a", origin),
                try s.post("a", origin, body: "x"), try s.subscribe("a", "offset=-1").head,
            ] {
                s.expect(reply["access-control-allow-origin"], equals: "*")
                let exposed = (reply["access-control-expose-headers"] ?? "").lowercased()
                for header in [
                    "stream-next-offset", "stream-cursor", "stream-up-to-date", "stream-closed",
                    "stream-ttl",
                    "stream-expires-at", "stream-sse-data-encoding", "producer-epoch",
                    "producer-seq",
                    "producer-expected-seq", "producer-received-seq", "etag", "location",
                ] {
                    s.expect(exposed.contains(header), "\(header)")
                }
            }
        },
        ConformanceCase(
            "only configured origins are allowed",
            on: [.allowedOrigins(["https://good.example"])]
        ) { s throws in
            try s.put("a", body: "x")
            let good = try s.get("a", "", [("Origin", "https://good.example")])
            s.expect(good["access-control-allow-origin"], equals: "https://good.example")
            s.expect(good["vary"]?.lowercased().contains("origin"), equals: true)
            let bad = try s.get("a", "", [("Origin", "https://bad.example")])
            s.expect(bad.status, equals: 200)
            s.expect(bad["access-control-allow-origin"], equals: nil)
            s.expect(bad["vary"]?.lowercased().contains("origin"), equals: true)
            let none = try s.get("a")
            s.expect(none["access-control-allow-origin"], equals: nil)
        },
    ]
}
