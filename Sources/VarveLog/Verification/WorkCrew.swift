import VarvePlatform

/// A few threads that do pieces of work as they come; with a crew of one, the caller does them.
///
/// Thread rule: one thread gives work, and ends the crew.
//
// @unchecked Sendable: the queue is used under `condition`; `threads` by the one caller.
final class WorkCrew: @unchecked Sendable {
    /// A piece of work.
    typealias Job = @Sendable () -> Void

    /// How many pieces wait for each thread at most.
    private static let waitingPerThread = 8

    private let condition = Condition()
    private var jobs: [Job] = []
    private var isOver = false
    private var threads: [NamedThread] = []

    /// A crew of `count`; throws `io` when its threads cannot be started.
    init(count: Int) throws(LogError) {
        guard count > 1 else { return }
        do {
            for index in 0..<min(count, VerificationOptions.jobsMax) {
                threads.append(
                    try NamedThread.start(name: "varve-crew-\(index)") { [self] in run() })
            }
        } catch {
            finish()
            throw .io(message: "\(error)")
        }
    }

    /// Does `job` on some thread, now or later; waits while too much is to be done.
    func add(_ job: @escaping Job) {
        guard !threads.isEmpty else { return job() }
        condition.withLock {
            while jobs.count >= threads.count * Self.waitingPerThread { condition.wait() }
            jobs.append(job)
            condition.broadcast()
        }
    }

    /// Waits until everything is done and ends the threads. Nothing may be added afterwards.
    func finish() {
        condition.withLock {
            isOver = true
            condition.broadcast()
        }
        for thread in threads { thread.join() }
        threads = []
    }

    private func run() {
        condition.lock()
        while true {
            if let job = jobs.popLast() {
                condition.broadcast()
                condition.unlock()
                job()
                condition.lock()
            } else if isOver {
                condition.unlock()
                return
            } else {
                condition.wait()
            }
        }
    }
}
