import Testing

@testable import VarveConformance

/// Cases that are asked again because real time may have spoiled their answer.
@Suite struct AttemptsTests {
    /// Asks with attempts that each take `seconds`; gives how often it was asked and the outcome.
    private func ask(
        seconds: [UInt64], _ outcome: (Int) -> CaseOutcome
    ) -> (asked: Int, outcome: CaseOutcome) {
        var now: UInt64 = 0
        var asked = 0
        let attempts = Attempts { now }
        let last = attempts.outcome { attempt in
            now += seconds[attempt] * 1_000_000_000
            asked += 1
            return outcome(attempt)
        }
        return (asked, last)
    }

    @Test func `a failure that took long is asked again, and a success counts`() {
        let (asked, outcome) = ask(seconds: [2, 2, 2]) { $0 == 0 ? .failed(["late"]) : .passed }
        #expect(asked == 2)
        guard case .passed = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    @Test func `a failure that repeats itself is a failure`() {
        let (asked, outcome) = ask(seconds: [1, 1, 1]) { .failed(["attempt \($0)"]) }
        #expect(asked == Attempts.max)
        guard case .failed(["attempt 2"]) = outcome else {
            return #expect(Bool(false), "\(outcome)")
        }
    }

    @Test func `a failure at once is not asked again`() {
        let (asked, outcome) = ask(seconds: [0]) { _ in .failed(["wrong"]) }
        #expect(asked == 1)
        guard case .failed = outcome else { return #expect(Bool(false), "\(outcome)") }
    }
}
