// How other threads reach a loop: work to run there, the released mark, and one wake-up however
// many of them call.

import Synchronization
import VarvePlatform

/// The inbox of one loop.
///
/// Thread rule: any thread posts, releases and wakes; the loop does the rest. A thread that finds
/// the loop awake pays one atomic exchange and no system call.
final class Mailbox: Sendable {
    /// What the loop is doing, as far as posting threads care.
    private enum State {
        /// It will look into the mailbox before it sleeps.
        static let awake: UInt8 = 0
        /// It sleeps, or is about to.
        static let asleep: UInt8 = 1
        /// Somebody has posted since it last looked.
        static let signalled: UInt8 = 2
    }

    typealias Work = @Sendable (EventLoop) -> Void

    private let wakeUp: WakeUp
    private let state = Atomic<UInt8>(State.awake)
    private let mark = Atomic<UInt64>(0)
    private let hasWork = Atomic<Bool>(false)
    private let failed = Atomic<Bool>(false)
    private let posted: Mutex<[Work]> = Mutex([])

    /// An empty mailbox.
    init() throws(SystemError) {
        wakeUp = try WakeUp()
    }

    /// What the loop watches. Edge-triggered: every signal is an edge, so it is never drained.
    var descriptor: Int32 { wakeUp.descriptor }

    /// Hands work to the loop.
    func post(_ work: @escaping Work) {
        posted.withLock { $0.append(work) }
        hasWork.store(true, ordering: .releasing)
        wake()
    }

    /// Opens the gates up to `newMark`.
    func release(through newMark: UInt64) {
        mark.max(newMark, ordering: .releasing)
        wake()
    }

    /// Notes that gates will not open any more.
    func failGated() {
        failed.store(true, ordering: .releasing)
        wake()
    }

    /// Makes the loop take another turn.
    func wake() {
        let before = state.exchange(State.signalled, ordering: .acquiringAndReleasing)
        if before == State.asleep { wakeUp.signal() }
    }

    /// The released mark.
    var releasedMark: UInt64 { mark.load(ordering: .acquiring) }
    /// Whether gates have failed.
    var hasFailed: Bool { failed.load(ordering: .acquiring) }

    /// Before the loop waits: whether it may sleep. If not, somebody has posted.
    func mayRest() -> Bool {
        state.compareExchange(
            expected: State.awake, desired: State.asleep, ordering: .acquiringAndReleasing
        ).exchanged
    }

    /// After the loop has waited, before it looks.
    func rise() {
        _ = state.exchange(State.awake, ordering: .acquiringAndReleasing)
    }

    /// The work posted so far.
    func take() -> [Work] {
        guard hasWork.load(ordering: .acquiring) else { return [] }
        return posted.withLock { posted in
            hasWork.store(false, ordering: .relaxed)
            let work = posted
            posted = []
            return work
        }
    }
}
