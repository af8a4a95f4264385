import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// `varve verify` and `varve inspect` over the directory of a server.
@Suite(.blocking, .timeLimit(.minutes(30))) struct LogCommandTests {
    private let directory: TemporaryDirectory
    private let data: String

    init() throws {
        directory = try TemporaryDirectory()
        data = directory.path("data")
        let server = try ServerProcess.ready(
            dataDirectory: data,
            ["--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error"]
                + ["--store", "off"])
        let url = ["--url", "http://127.0.0.1:\(server.port)/v1/stream"]
        _ = try Varve.output(["create", "s", "-t", "text/plain"] + url)
        for text in ["one", "two", "three"] {
            _ = try Varve.output(["append", "s", "-d", "<\(text)>"] + url)
        }
        #expect(try server.stop() == .exited(0))
    }

    /// The path of the first segment: the server settled when it ended.
    private func segment() throws -> String {
        let names = try File.list("\(data)/segments").filter { $0.hasSuffix(".segment") }
        return "\(data)/segments/\(try #require(names.min()))"
    }

    @Test func `a log that a server left is clean`() throws {
        let text = try Varve.output(["verify", data])
        #expect(text.contains("\"s\": 3 records, 17 bytes"))
        #expect(text.hasSuffix(": clean\n"))
        #expect(try Varve.output(["verify", "--json", data]).hasPrefix("{\"clean\":true,"))
        let items = try Varve.output(["inspect", "--json", data]).split(separator: "\n")
        #expect(items.count { $0.contains("\"type\":\"frame\"") } >= 4)
        #expect(items.count { $0.contains("\"type\":\"segment\"") } == 1)
        #expect(try Varve.output(["inspect", data]).contains("create stream 1 \"s\""))
    }

    @Test func `one flipped bit is damage with its place, and exit code 1`() throws {
        let path = try segment()
        var bytes = try #require(FileManager.default.contents(atPath: path))
        let place = try #require(bytes.range(of: Data("<two>".utf8))).lowerBound
        bytes[place] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let result = try Varve.run(["verify", data])
        #expect(result.ending == .exited(1))
        #expect(result.output.contains("damage: segments/"))
        #expect(result.errors.isEmpty)
        #expect(FileManager.default.contents(atPath: path) == bytes)
    }

    @Test func `everything of a log is dumped, by parts, streams and places`() throws {
        let all = try Varve.output(["dump", data])
        for word in ["catalog: settled through", "stream 1 \"s\"", "run @4096", "checkpoint at"] {
            #expect(all.contains(word), "\(word)")
        }
        let text = try Varve.output(["dump", "--runs", "--payload", "text", data])
        #expect(text.contains("5 bytes: \"<one>\"\n"))
        let json = try Varve.output(["dump", "--runs", "--payload", "base64", "--json", data])
        #expect(json.contains("\"base64\":\"PHR3bz4=\"}\n"))
        #expect(try !Varve.output(["dump", "--stream", "t", data]).contains("\"s\""))
        #expect(try Varve.output(["dump", "--stream-id", "1", data]).contains("\"s\""))
        let both = ["dump", "--stream", "s", "--stream-id", "1", data]
        #expect(try Varve.refusal(both, code: 2).contains("exclude each other"))
        #expect(try Varve.refusal(["dump", "--payload", "x", data], code: 2).contains("base64"))
    }

    @Test func `a log that does not open is repaired when that is asked for, and said twice`()
        throws
    {
        #expect(try Varve.output(["repair", data]) == "nothing to repair\n")
        let path = try segment()
        try FileManager.default.removeItem(atPath: path)
        let found = try Varve.run(["repair", data])
        #expect(found.ending == .exited(1))
        #expect(found.output.contains("STOPS OPENING: segments/"))
        #expect(try Varve.refusal(["repair", data, "--quarantine"], code: 2).contains("--yes"))
        let dry = try Varve.run(["repair", data, "--quarantine", "--dry-run", "--json"])
        #expect(dry.output.contains("\"name\":\"s\",\"first_record\":0,\"end_record\":3"))
        let done = try Varve.output(["repair", data, "--quarantine", "--yes"])
        #expect(done.contains("lost: stream 1 \"s\" records 0 to 3"))
        #expect(try File.list("\(data)/quarantine").count == 1)
        let server = try ServerProcess.ready(
            dataDirectory: data,
            ["--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error"]
                + ["--store", "off"])
        let url = ["--url", "http://127.0.0.1:\(server.port)/v1/stream"]
        _ = try Varve.output(["append", "s", "-d", "<four>"] + url)
        #expect(try Varve.output(["head", "s"] + url).contains("0000000000000004"))
        #expect(try Varve.run(["read", "s"] + url).ending == .exited(1))
        #expect(try server.stop() == .exited(0))
        #expect(try Varve.run(["repair", "--rebuild-catalog", data]).ending == .exited(0))
    }

    @Test(arguments: ["verify", "inspect", "dump", "repair"])
    func `a directory that is no log is wrong usage`(command: String) throws {
        let missing = directory.path("nothing")
        #expect(try Varve.refusal([command, missing], code: 2).contains(missing))
        #expect(!File.exists(missing))
    }
}
