import Foundation
import Synchronization

/// How a subcommand ended, handed from a task to the thread that waits for it.
final class CommandOutcome: Sendable {
    private let result = Mutex(Result<Int32, CommandFailure>.success(0))
    private let done = DispatchSemaphore(value: 0)

    /// Sets the result; called once.
    func set(_ ended: Result<Int32, CommandFailure>) {
        result.withLock { $0 = ended }
        done.signal()
    }

    /// Waits for the result.
    func wait() -> Result<Int32, CommandFailure> {
        done.wait()
        return result.withLock { $0 }
    }
}
