import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// Erasing records of a server's stream.
@Suite(.blocking) struct RedactTests {
    private static let secret = "somebody who wants to be forgotten"

    /// The files that have the secret; looks anew when one gets another name meanwhile.
    private static func filesWithSecret(_ data: String) throws -> [String] {
        while true {
            let paths = try ["journal", "segments"].flatMap { place in
                try File.list("\(data)/\(place)").map { "\(data)/\(place)/\($0)" }
            }
            let contents = paths.map { FileManager.default.contents(atPath: $0) }
            guard contents.allSatisfy({ $0 != nil }) else { continue }
            return zip(paths, contents).filter { $1?.range(of: Data(secret.utf8)) != nil }
                .map(\.0)
        }
    }

    @Test func `an erased record is null, its bytes are in no file, and the stream verifies`()
        throws
    {
        let directory = try TemporaryDirectory()
        let data = directory.path("data")
        // Files that are written over in a moment: a redaction waits for that some seconds only.
        let server = try ServerProcess.ready(
            dataDirectory: data, ["--journal-file", "1MiB", "--max-body", "512KiB"])
        let connection = try server.connect()
        let type = [("Content-Type", "application/json")]
        let body = #"[{"n":1},"\#(Self.secret)",3]"#
        _ = try connection.request(
            "PUT", "/v1/stream/orders", headers: type, body: Array(body.utf8))
        let order = #"{"offset":"0000000000000001_0000000000000008","reason":"request 17"}"#
        let path = "/v1/stream/__ds/redact/orders"
        let answer = try connection.request("POST", path, body: Array(order.utf8))
        #expect(answer.status == 200)
        #expect(answer.text.hasPrefix(#"{"records":1,"nextOffset":"0000000000000002_"#))
        #expect(answer.text.hasSuffix(#""erased":true}"#))
        let page = try connection.request("GET", "/v1/stream/orders?offset=-1")
        let blanks = String(repeating: " ", count: Self.secret.utf8.count - 2)
        #expect(page.text == #"[{"n":1},null\#(blanks),3]"#)
        #expect(try Self.filesWithSecret(data) == [])
        let found = try connection.request("POST", "/v1/stream/__ds/verify/orders")
        #expect(found.text.contains(#""clean":true"#) && found.text.contains(#""redacted":1"#))
        for wrong in [
            "", "{}", #"{"offset":"0000000000000001_0000000000000008"}"#,
            #"{"offset":"now","reason":"x"}"#,
            #"{"offset":"0000000000000001_0000000000000008","reason":""}"#,
            #"{"offset":"0000000000000001_0000000000000008","reason":"x","records":0}"#,
            #"{"offset":"0000000000000001_0000000000000008","reason":"x","records":9}"#,
            #"{"offset":"0000000000000001_0000000000000007","reason":"x"}"#,
        ] {
            #expect(try connection.request("POST", path, body: Array(wrong.utf8)).status == 400)
        }
        #expect(try connection.request("GET", path).status == 405)
        let absent = try connection.request(
            "POST", "/v1/stream/__ds/redact/absent", body: Array(order.utf8))
        #expect(absent.status == 404)
        let dump = try Varve.output(["dump", data, "--frames"])
        #expect(dump.contains("redacts 0000000000000001_0000000000000008 to 0000000000000002_"))
        #expect(dump.contains("\"request 17\""))
        // Once more, by the command.
        let environment = ["VARVE_URL": "http://127.0.0.1:\(server.port)/v1/stream"]
        let again = [
            "redact", "orders", "--offset", "0000000000000001_0000000000000008", "--records", "2",
            "--reason", "request 18",
        ]
        #expect(
            try Varve.output(again, environment: environment)
                .hasPrefix("2 records of orders redacted, up to 0000000000000003_"))
        #expect(
            try Varve.output(again + ["--json"], environment: environment)
                .contains("\"erased\""))
        let usage = try Varve.refusal(["redact", "orders"], code: 2, environment: environment)
        #expect(usage.contains("--offset"))
        #expect(try server.stop() == .exited(0))
        // A backup has what the log has.
        let copy = directory.path("copy")
        _ = try Varve.output(["backup", data, copy])
        let restored = directory.path("restored")
        _ = try Varve.output(["restore", copy, restored])
        for place in [data, restored] {
            #expect(try Varve.output(["verify", place]).contains(", 2 redacted"))
        }
    }
}
