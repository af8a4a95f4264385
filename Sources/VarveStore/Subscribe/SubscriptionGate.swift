import Synchronization
import VarvePlatform

/// Where those wait who follow the store in threads of their own: all are woken once per commit
/// that brought batches.
///
/// Thread rule: any thread.
final class SubscriptionGate: StoreListener {
    private let advance = Monitor(())
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
        advance.withLock { _ in advance.broadcast() }
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
        guard let deadline else {
            advance.wait { _ -> Void? in isReady() ? () : nil }
            return true
        }
        return advance.wait(untilNanoseconds: deadline) { _ in isReady() ? true : nil } ?? false
    }
}
