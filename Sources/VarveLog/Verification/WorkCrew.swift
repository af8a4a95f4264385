import Synchronization
import VarvePlatform

/// A few threads that do pieces of work as they come; with a crew of one, the caller does them.
///
/// Thread rule: one thread gives work, and ends the crew.
final class WorkCrew: Sendable {
    /// A piece of work.
    typealias Job = @Sendable () -> Void

    /// How many pieces wait for each thread at most.
    private static let waitingPerThread = 8

    private struct Queue {
        var jobs: [Job] = []
        var isOver = false
    }

    private let queue = Monitor(Queue())
    private let threads = Mutex<[NamedThread]>([])

    /// A crew of `count`; throws `io` when its threads cannot be started.
    init(count: Int) throws(LogError) {
        guard count > 1 else { return }
        do {
            for index in 0..<min(count, VerificationOptions.jobsMax) {
                let thread = try NamedThread.start(name: "varve-crew-\(index)") { [self] in run() }
                threads.withLock { $0.append(thread) }
            }
        } catch {
            finish()
            throw .io(message: "\(error)")
        }
    }

    /// Does `job` on some thread, now or later; waits while too much is to be done.
    func add(_ job: @escaping Job) {
        let threadCount = threads.withLock { $0.count }
        guard threadCount > 0 else { return job() }
        queue.wait { waiting -> Void? in
            guard waiting.jobs.count < threadCount * Self.waitingPerThread else { return nil }
            waiting.jobs.append(job)
            queue.broadcast()
            return ()
        }
    }

    /// Waits until everything is done and ends the threads. Nothing may be added afterwards.
    func finish() {
        queue.withLock { waiting in
            waiting.isOver = true
            queue.broadcast()
        }
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
    }

    private func run() {
        while let job = next() { job() }
    }

    /// Waits for a piece of work; nil when all is done and nothing is added any more.
    private func next() -> Job? {
        queue.wait { waiting -> Job?? in
            guard let job = waiting.jobs.popLast() else {
                return waiting.isOver ? .some(nil) : nil
            }
            queue.broadcast()
            return job
        }
    }
}
