import ServerProcess
import Testing
import VarvePlatform

/// Merging a server's segments on demand.
@Suite(.blocking) struct CompactTests {
    @Test func `a server frees what deleted streams held when it is asked to`() throws {
        let directory = try TemporaryDirectory()
        let data = directory.path("data")
        let server = try ServerProcess.ready(dataDirectory: data)
        let connection = try server.connect()
        let type = [("Content-Type", "application/octet-stream")]
        for name in ["kept", "gone"] {
            _ = try connection.request("PUT", "/v1/stream/\(name)", headers: type)
            for _ in 0..<3 {
                let body = [UInt8](repeating: 7, count: 100_000)
                _ = try connection.request(
                    "POST", "/v1/stream/\(name)", headers: type, body: body)
                _ = try connection.request("POST", "/v1/stream/__ds/settle")
            }
        }
        #expect(try File.list("\(data)/segments").count == 6)
        _ = try connection.request("DELETE", "/v1/stream/gone")
        let answer = try connection.request("POST", "/v1/stream/__ds/compact")
        #expect(answer.status == 200)
        #expect(answer.text.contains("{\"merges\":1,\"segments\":7,\"bytesBefore\":"))
        #expect(try connection.request("GET", "/v1/stream/__ds/compact").status == 405)
        let page = try connection.request("GET", "/v1/stream/kept?offset=-1")
        #expect(page.text.utf8.count >= 300_000)
        let metrics = try connection.request("GET", "/metrics").text
        #expect(metrics.contains("\nvarve_merges_total 1\n"))
        let again = try connection.request("POST", "/v1/stream/__ds/compact")
        #expect(again.text.contains("{\"merges\":0,\"segments\":0,\"bytesBefore\":0"))
        let names = try File.list("\(data)/segments")
        #expect(names.count == 1)
        #expect(try server.stop() == .exited(0))
    }

    @Test func `segments that a server signed are signed when they were merged without it`() throws
    {
        let directory = try TemporaryDirectory()
        let data = directory.path("data")
        let server = try ServerProcess.ready(dataDirectory: data)
        let url = ["--url", "http://127.0.0.1:\(server.port)/v1/stream"]
        _ = try Varve.output(["create", "s", "-t", "text/plain"] + url)
        for word in ["one", "two"] {
            _ = try Varve.output(["append", "s", "-d", word] + url)
            _ = try Varve.output(["settle"] + url)
        }
        #expect(try server.stop() == .exited(0))
        #expect(try Varve.output(["verify", data]).contains("2 segments, 2 of them signed"))
        #expect(try Varve.output(["compact", data]).hasPrefix("1 merges of 2 segments"))
        #expect(try Varve.output(["verify", data]).contains("1 segments, 1 of them signed"))
    }
}
