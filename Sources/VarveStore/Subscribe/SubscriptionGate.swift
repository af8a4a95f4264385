import Synchronization
import VarvePlatform

/// Where those wait who follow the store in threads of their own: all are woken once per commit
/// that brought batches.
///
/// Thread rule: any thread.
final class SubscriptionGate: StoreListener {
    private let condition = Condition()
    private let clock: any Clock
    private let isClosed = Atomic<Bool>(false)

    /// A gate whose deadlines are by `clock`.
    init(clock: any Clock) {
        self.clock = clock
    }

    func storeAdvanced(to sequence: UInt64) {
        wake()
    }

    /// Whether the store was closed: nothing comes any more.
    var hasEnded: Bool { isClosed.load(ordering: .acquiring) }

    /// The store is closed: wakes everybody, for good.
    func end() {
        isClosed.store(true, ordering: .releasing)
        wake()
    }

    /// Wakes everybody.
    func wake() {
        condition.withLock { condition.broadcast() }
    }

    /// The moment after that time, in nanoseconds of the monotonic clock.
    func deadline(after timeout: Duration) -> UInt64 {
        let (seconds, attoseconds) = timeout.components
        let nanoseconds = Int64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let wanted =
            nanoseconds.overflow
            ? Int64.max : nanoseconds.partialValue &+ attoseconds / 1_000_000_000
        return clock.monotonicNanoseconds() &+ UInt64(max(0, wanted))
    }

    /// Waits until `isReady`; false when the deadline came first, nil = there is none.
    func wait(until deadline: UInt64?, _ isReady: () -> Bool) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !isReady() {
            guard let deadline else {
                condition.wait()
                continue
            }
            if !condition.wait(untilNanoseconds: deadline) { return isReady() }
        }
        return true
    }
}
