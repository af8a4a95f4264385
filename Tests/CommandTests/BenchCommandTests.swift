import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// `varve bench` against a server: every mode runs, counts, and cleans up. No figure is judged.
@Suite(.blocking, .timeLimit(.minutes(30))) struct BenchCommandTests {
    /// The part of the report that the tests look at.
    private struct Report: Decodable {
        struct Delivery: Decodable {
            let expected: Int
            let arrived: Int
            let disordered: Int
        }
        let operations: Int
        let refusals: [String: Int]
        let brokenConnections: Int
        let delivery: Delivery?
    }

    /// Measures for a moment; for a longer one when a busy machine has done nothing in it.
    private static func report(_ arguments: [String]) throws -> Report {
        var seconds = 0.5
        while true {
            let text = try Varve.output(
                ["bench"] + arguments
                    + ["--seconds", "\(seconds)", "--warm-up", "0", "--json"])
            let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
            if report.operations > 0 || seconds > 60 { return report }
            seconds *= 4
        }
    }

    @Test(arguments: ["append", "read", "create", "sse", "longpoll"])
    func `every mode does operations without errors, and leaves no stream but the created`(
        mode: String
    ) throws {
        let server = try ServerProcess([
            "--memory", "--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error",
            "--overload-wait", "600s",
        ])
        try server.waitUntilReady()
        let url = "http://127.0.0.1:\(server.port)/v1/stream"
        let report = try Self.report([
            mode, url, "-c", "8", "-s", "3", "--fill", "10KiB",
            "--pid", "\(server.program.child.identifier)",
        ])
        #expect(report.operations > 0)
        #expect(report.refusals.isEmpty)
        #expect(report.brokenConnections == 0)
        #expect(report.delivery?.arrived == report.delivery?.expected)
        #expect(report.delivery?.disordered ?? 0 == 0)
        let left = try Varve.output(["list", "--limit", "1", "--json", "--url", url])
        #expect(left.isEmpty == (mode != "create"))
    }

    @Test(arguments: ["put", "get", "range", "subscribe"])
    func `every mode of the store does operations without errors, and leaves no key`(
        mode: String
    ) throws {
        let server = try ServerProcess([
            "--memory", "--log-level", "error", "--overload-wait", "600s",
        ])
        try server.waitUntilReady()
        let url = "http://127.0.0.1:\(server.port)"
        let report = try Self.report([
            mode, url, "-c", "8", "--keys", "2500", "--pairs", "100", "--size", "100",
        ])
        #expect(report.operations > 0)
        #expect(report.refusals.isEmpty)
        #expect(report.brokenConnections == 0)
        #expect(report.delivery?.arrived == report.delivery?.expected)
        #expect(report.delivery?.disordered ?? 0 == 0)
        let left = try Varve.output(["kv", "scan", "--limit", "1", "--json", "--url", url])
        #expect(left.isEmpty)
    }

    @Test(arguments: [
        (
            ["apend", "http://127.0.0.1:1/s"],
            "bench: expected one of append, read, sse, longpoll, create, put, get, range,"
                + " subscribe, found \"apend\""
                + " (did you mean append?)"
        ),
        (
            ["append", "https://127.0.0.1:1/s"],
            "URL: expected an address such as http://127.0.0.1:4437/v1/stream, found"
                + " \"https://127.0.0.1:1/s\""
        ),
        (
            ["sse", "http://127.0.0.1:1/s", "--size", "8"],
            "--size: expected at least 33 bytes, found 8"
        ),
        (
            ["append", "--pid", "999999999"],
            "--pid: expected a process of this machine, found 999999999"
        ),
    ])
    func `wrong usage is named before anything is sent`(arguments: [String], line: String) throws {
        #expect(try Varve.refusal(["bench"] + arguments, code: 2) == line)
    }

    @Test func `a server that is away is a failure`() throws {
        let line = try Varve.refusal(["bench", "append", "http://127.0.0.1:1/s"], code: 1)
        #expect(line.hasPrefix("127.0.0.1:1: connect: Connection refused"))
    }
}
