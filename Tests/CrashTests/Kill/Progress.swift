import VarvePlatform

/// Counts what the clients of one round were told, so that the kill falls into the middle of the
/// load.
final class Progress: Sendable {
    private let count = Monitor(0)

    /// The number of acknowledgements so far.
    var acknowledgements: Int { count.withLock { $0 } }

    /// Notes one acknowledgement.
    func acknowledge() {
        count.withLock { now in
            now += 1
            count.signal()
        }
    }

    /// Waits until there are `goal` acknowledgements, or `seconds` have passed.
    func wait(for goal: Int, seconds: UInt64 = 300) {
        let end = SystemClock().monotonicNanoseconds() + seconds * 1_000_000_000
        count.wait(untilNanoseconds: end) { now -> Void? in now < goal ? nil : () }
    }
}
