import Synchronization

/// A clock that stands still until it is told to move: time for tests and simulations.
package final class ManualClock: Clock {
    private struct Time {
        var wallMilliseconds: UInt64
        var monotonicNanoseconds: UInt64
    }

    private let time: Mutex<Time>

    /// A clock that shows `wallMilliseconds` since 1970; its monotonic side begins at one second.
    package init(wallMilliseconds: UInt64 = 1_750_000_000_000) {
        time = Mutex(Time(wallMilliseconds: wallMilliseconds, monotonicNanoseconds: 1_000_000_000))
    }

    /// The time on the wall.
    package func wallMilliseconds() -> UInt64 {
        time.withLock { $0.wallMilliseconds }
    }

    /// The monotonic time.
    package func monotonicNanoseconds() -> UInt64 {
        time.withLock { $0.monotonicNanoseconds }
    }

    /// Moves both clocks ahead.
    package func advance(milliseconds: UInt64) {
        time.withLock { time in
            time.wallMilliseconds += milliseconds
            time.monotonicNanoseconds += milliseconds * 1_000_000
        }
    }

    /// Sets the wall clock alone, as an administrator would, to an earlier time too.
    package func setWall(milliseconds: UInt64) {
        time.withLock { $0.wallMilliseconds = milliseconds }
    }
}
