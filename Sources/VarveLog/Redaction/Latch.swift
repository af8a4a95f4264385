import VarvePlatform

/// Opens once; others wait for it.
///
/// Thread rule: any thread.
//
// @unchecked Sendable: the field is used under `gate`.
final class Latch: @unchecked Sendable {
    private let gate = Condition()
    private var isOpen = false

    /// Not open yet.
    init() {}

    /// Lets everybody through who waits, and who comes.
    func open() {
        gate.withLock {
            isOpen = true
            gate.broadcast()
        }
    }

    /// Waits until it is open; false when that has not come by a moment of the monotonic clock.
    func wait(untilNanoseconds deadline: UInt64) -> Bool {
        gate.lock()
        defer { gate.unlock() }
        while !isOpen {
            guard gate.wait(untilNanoseconds: deadline) else { return isOpen }
        }
        return true
    }
}
