import VarvePlatform

/// How long a synchronous caller waits for a log that cannot take more: a little longer each time,
/// ten seconds in all.
struct Patience {
    private static let totalNanoseconds: UInt64 = 10_000_000_000
    private static let pauseNanosecondsMax: UInt64 = 20_000_000

    private let clock = SystemClock()
    private let nobody = Monitor(())
    private var start: UInt64?
    private var pause: UInt64 = 1_000_000

    /// Waits for a moment; false when the patience is used up.
    mutating func wait() -> Bool {
        let now = clock.monotonicNanoseconds()
        let start = self.start ?? now
        self.start = start
        if now - start > Self.totalNanoseconds { return false }
        // Nobody signals: what is waited for has no event of its own.
        nobody.wait(untilNanoseconds: now + pause) { _ -> Void? in nil }
        pause = min(pause * 2, Self.pauseNanosecondsMax)
        return true
    }
}
