import Synchronization

/// What is to be done when no read is left that began before it was asked for.
///
/// A queue with a number for each: it may be as long as a read lasts, and whoever ends that read
/// goes through it step by step, with no more stack for many than for one. Thread rule: any thread.
final class Retirements: Sendable {
    private struct Waiting {
        var release: @Sendable () -> Void
        /// True when the pin of its number is not held any more.
        var isFree = false
    }

    private struct State {
        var waiting: [Waiting] = []
        /// The number of the first that waits.
        var first: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Nothing waits yet; the first retirement has the number 0.
    init() {}

    /// Adds what waits for the pins of all numbers up to its own, which is the one after the last;
    /// the pin of its own number is held meanwhile.
    func add(_ release: @escaping @Sendable () -> Void) {
        state.withLock { $0.waiting.append(Waiting(release: release)) }
    }

    /// Nobody holds the pin of that number any more: does what waited for nothing else, the oldest
    /// first.
    func end(_ number: UInt64) {
        let due = state.withLock { state -> [Waiting] in
            let place = Int(number - state.first)
            // The last pin goes with the log; nothing waits for it.
            guard place < state.waiting.count else { return [] }
            state.waiting[place].isFree = true
            let count = state.waiting.firstIndex { !$0.isFree } ?? state.waiting.count
            guard count > 0 else { return [] }
            let due = Array(state.waiting[..<count])
            state.waiting.removeFirst(count)
            state.first += UInt64(count)
            return due
        }
        for waiting in due { waiting.release() }
    }
}
