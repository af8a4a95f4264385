// A thread that does something from time to time until it is told to stop.

import Synchronization
import VarvePlatform

/// Runs a task at an interval on a thread of its own.
///
/// Thread rule: `stop` on any thread but its own; the task runs on the service's thread.
final class ServiceThread: Sendable {
    private let isStopping = Monitor(false)
    private let thread: Mutex<NamedThread?> = Mutex(nil)

    /// Starts running `task` every `intervalMilliseconds`, the first time after one interval.
    init(
        name: String, intervalMilliseconds: UInt64, task: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let started = try NamedThread.start(name: name) { [self] in
            while waitForInterval(intervalMilliseconds) { task() }
        }
        thread.withLock { $0 = started }
    }

    /// Ends the thread, after the task if it is running.
    func stop() {
        isStopping.withLock { isNowStopping in
            isNowStopping = true
            isStopping.broadcast()
        }
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    /// Waits for one interval; false when the service stops.
    private func waitForInterval(_ milliseconds: UInt64) -> Bool {
        let deadline = SystemClock().monotonicNanoseconds() + milliseconds * 1_000_000
        return isStopping.wait(untilNanoseconds: deadline) { $0 ? false : nil } ?? true
    }
}
