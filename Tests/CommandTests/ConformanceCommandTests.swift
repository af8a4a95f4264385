import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// `varve conformance` against a server of this build, and its exit codes.
@Suite(.blocking, .timeLimit(.minutes(30))) struct ConformanceCommandTests {
    /// The part of the report that the tests look at.
    private struct Report: Decodable {
        struct Case: Decodable {
            let topic: String
            let claim: String
            let outcome: String
            let failures: [String]
            let reason: String?
        }
        let passed: Int
        let failed: Int
        let skipped: Int
        let cases: [Case]

        /// What failed, for the message of a test that expects nothing to.
        var failures: String {
            cases.filter { $0.outcome == "failed" }
                .map { "\($0.topic): \($0.claim): \($0.failures)" }.joined(separator: "\n")
        }
    }

    private static func report(_ arguments: [String]) throws -> Report {
        let result = try Varve.run(["conformance", "--json"] + arguments)
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        #expect(result.ending == .exited(report.failed == 0 ? 0 : 1))
        return report
    }

    @Test func `a server as it is passes every case of both profiles that can be asked of it`()
        throws
    {
        let server = try ServerProcess(["--memory", "--log-level", "error"])
        try server.waitUntilReady()
        let url = "http://127.0.0.1:\(server.port)/v1/stream"
        let all = try Self.report(["--profile", "varve", url])
        #expect(all.failed == 0, "\(all.failures)")
        #expect(all.passed > 200)
        #expect(all.passed + all.skipped == all.cases.count)
        #expect(all.cases.allSatisfy { ($0.reason != nil) == ($0.outcome == "skipped") })
        let some = try Self.report(["--filter", "PRODUCER", "--url", url])
        #expect(some.passed > 10)
        #expect(some.cases.count < 50)
        #expect(!some.cases.contains { $0.topic == "operations" })
    }

    @Test func `a server that breaks the protocol fails, with what was expected and found`() throws
    {
        let server = try ServerProcess(["--memory", "--log-level", "error"])
        try server.waitUntilReady()
        let result = try Varve.run([
            "conformance", "--filter", "201", "http://127.0.0.1:\(server.port)/nothing/here",
        ])
        #expect(result.ending == .exited(1))
        #expect(result.output.contains("failed: create: "))
        #expect(result.output.contains("expected 201, found 404"))
    }

    @Test(arguments: [
        (
            ["--profile", "most", "http://127.0.0.1:1/s"],
            "--profile: expected core or varve, found \"most\""
        ),
        (
            ["--filter", "no such case", "http://127.0.0.1:1/s"],
            "--filter: expected a part of a topic or a claim, found \"no such case\""
        ),
        (
            ["https://127.0.0.1:1/s"],
            "URL: expected an address such as http://127.0.0.1:4437/v1/stream, found"
                + " \"https://127.0.0.1:1/s\""
        ),
    ])
    func `wrong usage is named before anything is sent`(arguments: [String], line: String) throws {
        #expect(try Varve.refusal(["conformance"] + arguments, code: 2) == line)
    }

    @Test func `a server that is away is a failure`() throws {
        let line = try Varve.refusal(["conformance", "http://127.0.0.1:1/s"], code: 1)
        #expect(line.hasPrefix("127.0.0.1:1: "))
    }
}
