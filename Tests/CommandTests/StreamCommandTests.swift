import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// The commands that talk to a server, against one.
@Suite(.blocking, .timeLimit(.minutes(30))) struct StreamCommandTests {
    private let directory: TemporaryDirectory
    private let server: ServerProcess
    private let environment: [String: String]

    init() throws {
        directory = try TemporaryDirectory()
        server = try ServerProcess([
            "--memory", "--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error",
        ])
        try server.waitUntilReady()
        environment = ["VARVE_URL": "http://127.0.0.1:\(server.port)/v1/stream"]
    }

    /// Runs a command that succeeds.
    private func varve(_ arguments: String...) throws -> String {
        try Varve.output(arguments, environment: environment)
    }

    /// Writes a file and returns its path.
    private func file(_ bytes: Data) throws -> String {
        let path = directory.path(UUID().uuidString)
        try bytes.write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func `one story from creation to deletion`() throws {
        let start = "0000000000000000_0000000000000000"
        #expect(
            try varve("create", "-t", "application/json", "orders")
                == "created orders, next offset \(start)\n")
        #expect(
            try varve("create", "-t", "application/json", "orders")
                == "exists already: orders, next offset \(start)\n")
        #expect(
            try varve("append", "-d", #"{"n":1}"#, "orders")
                == "7 bytes in 1 append, next offset 0000000000000001_0000000000000008\n")
        let lines = try file(Data("{\"n\":2}\r\n\n  {\"n\":3}\n[4]".utf8))
        _ = try varve("append", "--json-lines", "orders", lines)
        #expect(try varve("read", "orders") == "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n[4]\n")
        #expect(try varve("read", "-o", "now", "orders") == "")
        let offset = "0000000000000001_0000000000000008"
        #expect(try varve("read", "-o", offset, "orders").hasPrefix("{\"n\":2}\n"))
        #expect(
            try varve("head", "orders").split(separator: "\n").first == "stream        orders")
        #expect(try varve("list").contains("open   application/json  orders"))
        #expect(try varve("close", "orders").hasPrefix("closed orders, final offset "))
        #expect(try varve("tail", "-o", "-1", "orders").hasSuffix("[4]\n"))
        let refusal = try Varve.refusal(
            ["append", "-d", "5", "orders"], code: 1, environment: environment)
        #expect(refusal.contains("/v1/stream/orders: 409 "))
        #expect(try varve("delete", "orders") == "deleted orders\n")
        let missing = try Varve.refusal(["delete", "orders"], code: 1, environment: environment)
        #expect(missing.contains(": 404 "))
    }

    @Test func `bytes go in and come out as they are, over several appends`() throws {
        var random = SystemRandomNumberGenerator()
        let bytes = Data((0..<300_000).map { _ in UInt8.random(in: 0...255, using: &random) })
        _ = try varve("create", "blob", "-f", try file(bytes.prefix(10)))
        let text = try varve(
            "append", "blob", try file(bytes.dropFirst(10)), "--batch-bytes", "64KiB")
        #expect(text.hasPrefix("299990 bytes in 5 appends, "))
        let output = directory.path("output")
        let result = try RunningProgram.run(
            "/bin/sh", ["-c", "'\(BuiltProgram.path("varve"))' read blob > '\(output)'"],
            environment: environment)
        #expect(result.ending == .exited(0))
        #expect(FileManager.default.contents(atPath: output) == bytes)
    }

    @Test func `a stream is trimmed, and its head and its list say so`() throws {
        _ = try varve(
            "create", "t", "-t", "text/plain", "--retain-bytes", "1MiB", "--retain-seconds", "60")
        _ = try varve("append", "t", "-d", "one")
        _ = try varve("append", "t", "-d", "two")
        let place = "0000000000000001_0000000000000003"
        #expect(try varve("trim", "t", "--before", place) == "t begins at \(place)\n")
        #expect(try varve("read", "t") == "two")
        let head = try varve("head", "t")
        #expect(head.contains(place) && head.contains("1048576 bytes") && head.contains("60 s"))
        #expect(try varve("head", "t", "--json").contains(#""earliestOffset":"\#(place)""#))
        #expect(try varve("list", "--json").contains(#""earliestOffset":"\#(place)""#))
        #expect(
            try varve("trim", "t", "--before", place, "--json")
                == #"{"earliestOffset":"\#(place)","stream":"t"}"# + "\n")
        let start = "0000000000000000_0000000000000000"
        let gone = try Varve.refusal(
            ["read", "t", "-o", start], code: 1, environment: environment)
        #expect(gone.contains(": 410 trimmed"))
        let usage = try Varve.refusal(["trim", "t"], code: 2, environment: environment)
        #expect(usage.contains("--before"))
        let bad = try Varve.refusal(
            ["trim", "t", "--before", "x"], code: 1, environment: environment)
        #expect(bad.contains("invalid-offset"))
    }

    @Test func `standard input is appended`() throws {
        _ = try varve("create", "in", "-t", "text/plain")
        let result = try RunningProgram.run(
            "/bin/sh", ["-c", "printf 'a\\nb' | '\(BuiltProgram.path("varve"))' append in"],
            environment: environment)
        #expect(result.ending == .exited(0))
        #expect(try varve("read", "in") == "a\nb")
        let empty = try Varve.refusal(["append", "in"], code: 1, environment: environment)
        #expect(empty == "in: nothing to append: the input is empty")
    }

    @Test func `a producer's second run stores nothing twice`() throws {
        _ = try varve("create", "facts", "-t", "text/plain")
        for expected in [0, 1] {
            let line = try varve("append", "facts", "-d", "x", "--producer", "p", "--json")
            let report = try JSONDecoder().decode([String: JSONValue].self, from: Data(line.utf8))
            #expect(report["duplicates"] == .number(Double(expected)))
            #expect(report["nextProducerSequence"] == .number(1))
        }
        #expect(try varve("read", "facts") == "x")
    }

    @Test func `what a script reads is JSON on one line`() throws {
        let created = try varve("create", "j", "-t", "text/plain", "--ttl", "60", "--json")
        #expect(created.contains(#""created":true"#))
        _ = try varve("append", "j", "-d", "é\n")
        #expect(
            try varve("read", "j", "--json")
                == #"{"offset":"-1","nextOffset":"0000000000000001_0000000000000003","#
                + #""upToDate":true,"closed":false,"text":"é\n"}"# + "\n")
        #expect(try varve("head", "j", "--json").contains(#""ttlSeconds":60"#))
        #expect(try varve("list", "--json").contains(#""name":"j""#))
        #expect(try varve("close", "j", "--json").contains(#""closed":true"#))
        #expect(try varve("delete", "j", "--json") == #"{"deleted":true,"stream":"j"}"# + "\n")
        #expect(try varve("version", "--json").contains(#""version":"#))
    }

    @Test(arguments: ["sse", "long-poll"])
    func `tail prints as it comes and goes on after the server was killed`(live: String) throws {
        let data = directory.path("data")
        let arguments = ["--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error"]
        let port = Loopback.freePort()
        let listen = ["serve", "--listen", "127.0.0.1:\(port)", "--data-dir", data] + arguments
        var server = try RunningProgram(BuiltProgram.path("varve"), listen)
        let environment = ["VARVE_URL": "http://127.0.0.1:\(port)/v1/stream"]
        try waitUntilAnswering(environment)
        _ = try Varve.output(["create", "t", "-t", "text/plain"], environment: environment)
        let tail = try RunningProgram(
            BuiltProgram.path("varve"), ["tail", "-o", "-1", "--live", live, "t"],
            environment: environment)
        for number in 0..<3 {
            _ = try Varve.output(
                ["append", "t", "-d", "\(number),"], environment: environment)
            let expected = (0...number).map { "\($0)," }.joined()
            #expect(Deadline(seconds: 300).wait { tail.output == expected })
            server.child.kill()
            _ = try server.child.wait()
            server = try RunningProgram(BuiltProgram.path("varve"), listen)
            try waitUntilAnswering(environment)
        }
        _ = try Varve.output(
            ["append", "t", "-d", "end", "--close"], environment: environment)
        #expect(try tail.child.wait() == .exited(0))
        #expect(tail.output == "0,1,2,end")
        #expect(tail.errors.contains("; trying again in "))
    }

    /// Waits until a server answers, by asking for the list.
    private func waitUntilAnswering(_ environment: [String: String]) throws {
        let answers = try Deadline(seconds: 300).wait {
            try Varve.run(["list"], environment: environment).ending == .exited(0)
        }
        #expect(answers)
    }
}

/// A value in a flat JSON object.
private enum JSONValue: Decodable, Equatable {
    case text(String)
    case number(Double)
    case flag(Bool)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }
}
