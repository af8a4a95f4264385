import Testing

@testable import VarveClient

@Suite struct RetryPolicyTests {
    @Test func `waits double up to the longest, and jitter takes at most half of one`() {
        let policy = RetryPolicy(
            shortest: .milliseconds(100), longest: .seconds(1), attemptsMax: nil)
        let most = (1...6).map { policy.wait(afterFailures: $0, fraction: 1) }
        #expect(most == [100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
        #expect(policy.wait(afterFailures: 1, fraction: 0) == .milliseconds(50))
        #expect(policy.wait(afterFailures: 1_000_000, fraction: 0) == .milliseconds(500))
    }

    @Test func `a policy gives up after its attempts`() {
        #expect(RetryPolicy.never.wait(afterFailures: 1, fraction: 0) == nil)
        #expect(RetryPolicy(attemptsMax: 2).wait(afterFailures: 2, fraction: 0) != nil)
        #expect(RetryPolicy(attemptsMax: 2).wait(afterFailures: 3, fraction: 0) == nil)
    }
}
