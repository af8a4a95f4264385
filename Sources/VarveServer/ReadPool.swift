// The threads that may wait for the disk, so that no event loop ever does.

import Synchronization
import VarvePlatform

/// A fixed number of threads that run jobs in the order they came.
///
/// Thread rule: any thread submits; jobs run on the pool's own threads, several at a time.
final class ReadPool: Sendable {
    /// A piece of work that may wait for the disk.
    typealias Job = @Sendable () -> Void

    private struct Queue {
        var jobs: [Job] = []
        /// How many of `jobs` have been taken from the front.
        var taken = 0
        var isStopping = false
    }

    /// The most jobs that wait at a time.
    static let jobsMax = 20_000

    private let condition = Condition()
    // Protected by `condition`; the mutex satisfies the compiler and is never contended.
    private let queue: Mutex<Queue> = Mutex(Queue())
    private let threads: Mutex<[NamedThread]> = Mutex([])

    /// Starts `threads` threads, named `name` and a number.
    init(threads count: Int, name: String = "varve-read") throws(SystemError) {
        for index in 0..<count {
            let thread = try NamedThread.start(name: "\(name)-\(index)") { [self] in run() }
            threads.withLock { $0.append(thread) }
        }
    }

    /// Queues `job`; false when too many wait already or the pool is stopping, and nothing was
    /// queued.
    func submit(_ job: @escaping Job) -> Bool {
        condition.withLock {
            let isTaken = queue.withLock { queue in
                guard !queue.isStopping, queue.jobs.count - queue.taken < Self.jobsMax else {
                    return false
                }
                queue.jobs.append(job)
                return true
            }
            if isTaken { condition.signal() }
            return isTaken
        }
    }

    /// Runs what is queued and ends the threads.
    func stop() {
        condition.withLock {
            queue.withLock { $0.isStopping = true }
            condition.broadcast()
        }
        let running = threads.withLock { threads in
            defer { threads.removeAll() }
            return threads
        }
        for thread in running { thread.join() }
    }

    private func run() {
        while let job = next() { job() }
    }

    /// Waits for a job; nil when the pool stops and nothing is queued any more.
    private func next() -> Job? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            let (job, isStopping): (Job?, Bool) = queue.withLock { queue in
                guard queue.taken < queue.jobs.count else { return (nil, queue.isStopping) }
                let job = queue.jobs[queue.taken]
                queue.taken += 1
                if queue.taken == queue.jobs.count {
                    queue.jobs.removeAll(keepingCapacity: true)
                    queue.taken = 0
                }
                return (job, queue.isStopping)
            }
            if let job { return job }
            if isStopping { return nil }
            condition.wait()
        }
    }
}
