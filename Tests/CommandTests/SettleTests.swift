import ServerProcess
import Testing
import VarvePlatform

/// Settling a server on demand.
@Suite(.blocking) struct SettleTests {
    @Test func `a server settles when it is asked to, and serves the same from then on`() throws {
        let directory = try TemporaryDirectory()
        let data = directory.path("data")
        let server = try ServerProcess.ready(dataDirectory: data)
        let connection = try server.connect()
        let text = [("Content-Type", "application/json")]
        _ = try connection.request("PUT", "/v1/stream/s", headers: text)
        let body = Array("[{\"n\":1},{\"n\":2}]".utf8)
        _ = try connection.request("POST", "/v1/stream/s", headers: text, body: body)
        let before = try connection.request("GET", "/v1/stream/s?offset=-1")
        #expect(!File.exists("\(data)/segments"))
        #expect(try connection.request("POST", "/v1/stream/__ds/settle").status == 204)
        #expect(try File.list("\(data)/segments").count == 1)
        let after = try connection.request("GET", "/v1/stream/s?offset=-1")
        #expect(after.text == before.text && after.text.hasSuffix("[{\"n\":1},{\"n\":2}]"))
        #expect(try connection.request("GET", "/v1/stream/__ds/settle").status == 405)
        let metrics = try connection.request("GET", "/metrics").text
        #expect(metrics.contains("\nvarve_settlings_total 1\n"))
        // What was settled and what came since are there after a death without warning.
        _ = try connection.request("POST", "/v1/stream/s", headers: text, body: Array("3".utf8))
        try server.killWithoutWarning()
        let again = try ServerProcess.ready(dataDirectory: data)
        let answer = try again.connect().request("GET", "/v1/stream/s?offset=-1")
        #expect(answer.text.hasSuffix("[{\"n\":1},{\"n\":2},3]"))
        #expect(try again.stop() == .exited(0))
    }
}
