/// How often and how long to wait before the same request is sent again.
///
/// The wait before attempt n is a random duration up to min(`longest`, `shortest` * 2^n), but at
/// least half of it, so that many clients of a restarted server do not come back in one moment.
public struct RetryPolicy: Hashable, Sendable {
    /// The bound of the first wait.
    public var shortest: Duration
    /// The bound that the waits grow to.
    public var longest: Duration
    /// How many failures in a row are followed by another attempt; nil: without end.
    public var attemptsMax: Int?

    /// A policy; the defaults wait 0.1 s to 10 s.
    public init(
        shortest: Duration = .milliseconds(100), longest: Duration = .seconds(10),
        attemptsMax: Int? = 5
    ) {
        self.shortest = shortest
        self.longest = longest
        self.attemptsMax = attemptsMax
    }

    /// Never send again.
    public static let never = RetryPolicy(attemptsMax: 0)

    /// Keep trying: what following a stream does by default.
    public static let forever = RetryPolicy(attemptsMax: nil)

    /// The wait after `failures` failures in a row, or nil when the policy gives up.
    ///
    /// - Parameters:
    ///   - failures: how many attempts failed since the last success, at least 1.
    ///   - fraction: a random number in 0..<1.
    func wait(afterFailures failures: Int, fraction: Double) -> Duration? {
        precondition(failures >= 1)
        if let attemptsMax, failures > attemptsMax { return nil }
        let doublings = min(failures - 1, 20)
        let bound = min(longest, shortest * (1 << doublings))
        return bound * (0.5 + fraction / 2)
    }
}
