// Runs every claim about the protocol against a server in memory, one on files and one on
// encrypted files.

import Testing
import VarveConformance

/// The protocol, claim by claim.
@Suite("Conformance")
struct ConformanceTests {
    @Test("create", arguments: Surroundings.allCases, CreateCases.all)
    func create(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("append", arguments: Surroundings.allCases, AppendCases.all)
    func append(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("producers", arguments: Surroundings.allCases, ProducerCases.all)
    func producers(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("close", arguments: Surroundings.allCases, CloseCases.all)
    func close(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("read", arguments: Surroundings.allCases, ReadCases.all)
    func read(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("long-poll", arguments: Surroundings.allCases, LongPollCases.all)
    func longPoll(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("event stream", arguments: Surroundings.allCases, EventStreamCases.all)
    func eventStream(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("delete", arguments: Surroundings.allCases, DeleteCases.all)
    func delete(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test(
        "forks", arguments: Surroundings.allCases,
        ForkCases.all + ForkRequestCases.all + ForkDeletionCases.all)
    func forks(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("expiry", arguments: Surroundings.allCases, ExpiryCases.all)
    func expiry(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("JSON", arguments: Surroundings.allCases, JSONCases.all)
    func json(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("browsers", arguments: Surroundings.allCases, BrowserCases.all)
    func browsers(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("errors", arguments: Surroundings.allCases, ErrorCases.all)
    func errors(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("strictness", arguments: [Surroundings.memory], StrictnessCases.all)
    func strictness(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("proof", arguments: Surroundings.allCases, ProofCases.all)
    func proof(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("trim", arguments: Surroundings.allCases, TrimCases.all)
    func trim(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("retention", arguments: Surroundings.allCases, RetentionCases.all)
    func retention(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("redaction", arguments: Surroundings.allCases, RedactionCases.all)
    func redaction(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("compression", arguments: Surroundings.allCases, CompressionCases.all)
    func compression(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("operations", arguments: Surroundings.allCases, OperationCases.all)
    func operations(_ surroundings: Surroundings, _ claim: ConformanceCase) throws {
        try run(claim, in: surroundings)
    }

    @Test("every topic is tested here and offered by the command")
    func topics() {
        #expect(
            Topic.all.map(\.name) == [
                "create", "append", "producers", "close", "read", "long-poll", "event stream",
                "delete", "forks", "expiry", "JSON", "browsers", "errors", "strictness",
                "proof", "trim", "retention", "redaction", "compression", "operations",
            ])
        let claims = Topic.all.flatMap { $0.cases.map(\.claim) }
        #expect(Set(claims).count == claims.count)
    }

    private func run(_ claim: ConformanceCase, in surroundings: Surroundings) throws {
        let server = try ServerUnderTest(surroundings) { configuration in
            for setting in claim.settings { setting.apply(to: &configuration) }
        }
        switch claim.run(on: server, .varve) {
        case .passed: break
        case .failed(let failures): for failure in failures { Issue.record("\(failure)") }
        case .skipped(let reason): Issue.record("\(reason)")
        }
        try server.stop()
    }
}

extension ConformanceCase: CustomTestStringConvertible {
    public var testDescription: String { claim }
}
