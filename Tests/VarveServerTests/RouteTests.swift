import Testing

@testable import VarveServer

/// Which path names what.
@Suite("Route")
struct RouteTests {
    /// The route of `path`, with a stream's decoded name, as text.
    private func find(_ path: String, base: String = "/v1/stream") -> String {
        var path = path
        var base = base
        return withUnsafeTemporaryAllocation(byteCount: Route.encodedNameBytesMax, alignment: 1) {
            names in
            path.withUTF8 { path in
                base.withUTF8 { base in
                    let route = Route.find(
                        UnsafeRawBufferPointer(path), basePath: UnsafeRawBufferPointer(base),
                        names: names)
                    switch route {
                    case .stream(let name):
                        return "stream \(String(decoding: name, as: UTF8.self))"
                    case .signedHead(let name):
                        return "head of \(String(decoding: name, as: UTF8.self))"
                    case .verify(let name):
                        return "verify \(String(decoding: name, as: UTF8.self))"
                    default: return "\(route)"
                    }
                }
            }
        }
    }

    @Test(
        "a stream's name is the decoded rest of its path",
        arguments: [
            ("/v1/stream/a", "stream a"), ("/v1/stream/a/b", "stream a/b"),
            ("/v1/stream/a%2Fb", "stream a/b"), ("/v1/stream/%63af%C3%A9", "stream café"),
            ("/v1/stream/a+b", "stream a+b"), ("/v1/stream/x/__ds", "stream x/__ds"),
            ("/v1/stream/__dsx", "stream __dsx"), ("/v1/stream/health", "stream health"),
        ])
    func streams(_ path: String, _ expected: String) {
        #expect(find(path) == expected)
    }

    @Test(
        "names that are not allowed are no streams",
        arguments: [
            "/v1/stream/", "/v1/stream//a", "/v1/stream/a/", "/v1/stream/.", "/v1/stream/a/%2e%2E",
            "/v1/stream/%", "/v1/stream/%4", "/v1/stream/%gg", "/v1/stream/%FF", "/v1/stream/a%00",
        ])
    func invalid(_ path: String) {
        #expect(find(path) == "invalidName")
    }

    @Test(
        "the server's own paths are found exactly",
        arguments: [
            ("/health", "health"), ("/ready", "ready"), ("/metrics", "metrics"),
            ("/v1/stream/__ds/streams", "list"), ("/v1/stream/%5F_ds/streams", "list"),
            ("/v1/stream/__ds/compact", "compact"), ("/v1/stream/__ds/keys", "keys"),
            ("/v1/stream/__ds/heads/a/b", "head of a/b"),
            ("/v1/stream/__ds/heads/", "invalidName"), ("/v1/stream/__ds/heads", "unknown"),
            ("/v1/stream/__ds/verify/a%2Fb", "verify a/b"),
            ("/v1/stream/__ds/verify/__ds/x", "invalidName"),
            ("/v1/stream/__ds/subscriptions", "subscriptions"),
            ("/v1/stream/__ds/subscriptions/x/claim", "subscriptions"),
            ("/v1/stream/__ds/subscriptionsx", "unknown"), ("/v1/stream/__ds", "unknown"),
            ("/v1/stream/__ds/streams/x", "unknown"), ("/v1/stream", "unknown"), ("/", "unknown"),
            ("/healthz", "unknown"), ("/health/", "unknown"), ("/v1/streams/a", "unknown"),
            ("*", "unknown"),
        ])
    func services(_ path: String, _ expected: String) {
        #expect(find(path) == expected)
    }

    @Test("the base path is the configured one")
    func basePath() {
        #expect(find("/logs/a", base: "/logs") == "stream a")
        #expect(find("/v1/stream/a", base: "/logs") == "unknown")
    }
}
