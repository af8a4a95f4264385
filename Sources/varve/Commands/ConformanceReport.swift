import VarveConformance

/// What a run of the conformance cases came to, as it is printed.
struct ConformanceReport: Encodable {
    /// One case.
    struct Case: Encodable {
        /// The part of the protocol.
        let topic: String
        /// What the case claims.
        let claim: String
        /// `passed`, `failed` or `skipped`.
        let outcome: String
        /// What was expected and what was found; empty unless the case failed.
        let failures: [String]
        /// Why the case was skipped.
        let reason: String?

        /// What became of a case.
        init(_ result: ConformanceRun.Result) {
            topic = result.topic
            claim = result.claim
            switch result.outcome {
            case .passed: (outcome, failures, reason) = ("passed", [], nil)
            case .failed(let texts): (outcome, failures, reason) = ("failed", texts, nil)
            case .skipped(let text): (outcome, failures, reason) = ("skipped", [], text)
            }
        }

        /// The case for a person.
        var lines: [String] {
            ["\(outcome): \(topic): \(claim)"] + failures.map { "  \($0)" }
        }
    }

    /// How many claims hold.
    private(set) var passed = 0
    /// How many do not.
    private(set) var failed = 0
    /// How many could not be asked of this server.
    private(set) var skipped = 0
    /// Every case, in the order they were run.
    private(set) var cases: [Case] = []

    /// Adds what became of a case.
    mutating func add(_ result: Case) {
        cases.append(result)
        switch result.outcome {
        case "passed": passed += 1
        case "failed": failed += 1
        default: skipped += 1
        }
    }

    /// The counts for a person, with the reasons for what was skipped.
    var lines: [String] {
        let reasons = Dictionary(grouping: cases.compactMap(\.reason), by: \.self)
        return ["\(passed) passed, \(failed) failed, \(skipped) skipped"]
            + reasons.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map {
                "  \($0.value.count) skipped: \($0.key)"
            }
    }
}
