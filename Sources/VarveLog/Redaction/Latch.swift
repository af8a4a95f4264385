import VarvePlatform

/// Opens once; others wait for it.
///
/// Thread rule: any thread.
final class Latch: Sendable {
    private let isOpen = Monitor(false)

    /// Not open yet.
    init() {}

    /// Lets everybody through who waits, and who comes.
    func open() {
        isOpen.withLock { isNowOpen in
            isNowOpen = true
            isOpen.broadcast()
        }
    }

    /// Waits until it is open; false when that has not come by a moment of the monotonic clock.
    func wait(untilNanoseconds deadline: UInt64) -> Bool {
        isOpen.wait(untilNanoseconds: deadline) { $0 ? true : nil } ?? false
    }
}
