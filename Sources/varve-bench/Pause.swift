import VarvePlatform

/// Waiting without work, while the log catches up.
enum Pause {
    /// Sleeps for so many milliseconds.
    static func milliseconds(_ count: UInt64) {
        let deadline = SystemClock().monotonicNanoseconds() + count * 1_000_000
        Monitor(()).wait(untilNanoseconds: deadline) { _ -> Void? in nil }
    }
}
