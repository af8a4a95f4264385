/// Keeps merging to a rate: says how long to wait after so many bytes.
///
/// Thread rule: the arranger's thread.
struct MergePace {
    /// How far behind the rate merging may be and catch up: what it did not use is lost beyond
    /// that.
    private static let slackNanoseconds: UInt64 = 50_000_000

    private let nanosecondsPerMebibyte: UInt64
    private var movedBytes: UInt64 = 0
    /// When what was moved would have been, at the rate.
    private var paidUntil: UInt64 = 0

    /// A pace of so many bytes a second; 0 = as fast as it goes.
    init(bytesPerSecond: UInt64) {
        nanosecondsPerMebibyte =
            bytesPerSecond == 0 ? 0 : 1_000_000_000 * (1 << 20) / max(1 << 20, bytesPerSecond)
    }

    /// Until when to wait before going on, now that `total` bytes were moved since the beginning;
    /// a moment of the monotonic clock.
    mutating func pause(after total: UInt64, now: UInt64) -> UInt64 {
        let bytes = total - min(total, movedBytes)
        movedBytes = total
        let begin = max(paidUntil, now - min(now, Self.slackNanoseconds))
        paidUntil = begin + bytes * nanosecondsPerMebibyte / (1 << 20)
        return paidUntil
    }
}
