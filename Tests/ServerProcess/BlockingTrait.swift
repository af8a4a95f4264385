import Dispatch
package import Testing

/// Runs the tests of a suite that wait for processes on one thread of their own, one after the
/// other.
///
/// Tests share as many threads as there are processors. One that blocks such a thread for seconds
/// starves every asynchronous test beside it until their deadlines pass.
package struct BlockingTrait: TestTrait, SuiteTrait, TestScoping {
    /// The suite's thread.
    private final class Executor: TaskExecutor {
        private let queue = DispatchQueue(label: "blocking tests")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    private let executor = Executor()

    /// Applies to each test of a suite.
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(executor) { try await function() }
    }
}

extension Trait where Self == BlockingTrait {
    /// The test waits for processes: it runs on its suite's own thread.
    package static var blocking: Self { BlockingTrait() }
}
