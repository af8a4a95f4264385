import Synchronization
import VarvePlatform

/// The time that events carry: the clock's, except that it never goes back, within a process or
/// from one to the next.
///
/// Thread rule: any thread.
final class Timekeeper: Sendable {
    private let clock: any Clock
    private let latest = Atomic<UInt64>(0)

    /// Time from `clock`.
    init(clock: any Clock) {
        self.clock = clock
    }

    /// Milliseconds since 1970, not less than any time handed out or noted before.
    func now() -> UInt64 {
        note(clock.wallMilliseconds())
    }

    /// Takes into account a time read from the log; returns the latest time known.
    @discardableResult
    func note(_ milliseconds: UInt64) -> UInt64 {
        if latest.load(ordering: .relaxed) >= milliseconds {
            return latest.load(ordering: .relaxed)
        }
        return latest.max(milliseconds, ordering: .relaxed).newValue
    }
}
