import VarvePlatform

/// Counts what the clients of one round were told, so that the kill falls into the middle of the
/// load.
final class Progress: @unchecked Sendable {
    // Sendable: `count` is only touched under the condition's lock.
    private let condition = Condition()
    private var count = 0

    /// The number of acknowledgements so far.
    var acknowledgements: Int { condition.withLock { count } }

    /// Notes one acknowledgement.
    func acknowledge() {
        condition.lock()
        count += 1
        condition.signal()
        condition.unlock()
    }

    /// Waits until there are `goal` acknowledgements, or `seconds` have passed.
    func wait(for goal: Int, seconds: UInt64 = 300) {
        let end = SystemClock().monotonicNanoseconds() + seconds * 1_000_000_000
        condition.lock()
        while count < goal, condition.wait(untilNanoseconds: end) {}
        condition.unlock()
    }
}
