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

        /// Lets go of what was taken, also when the queue never runs empty: once for so many jobs
        /// that moving those behind them costs little for each.
        mutating func forgetTaken() {
            if taken == jobs.count {
                jobs.removeAll(keepingCapacity: true)
            } else if taken >= ReadPool.takenMax, taken >= jobs.count / 2 {
                jobs.removeFirst(taken)
            } else {
                return
            }
            taken = 0
        }
    }

    /// The most jobs that wait at a time.
    static let jobsMax = 20_000
    /// From how many taken jobs on their places are given back while others wait.
    private static let takenMax = 256

    private let queue = Monitor(Queue())
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
        queue.withLock { waiting in
            guard !waiting.isStopping, waiting.jobs.count - waiting.taken < Self.jobsMax else {
                return false
            }
            waiting.jobs.append(job)
            queue.signal()
            return true
        }
    }

    /// Queues a job that is done in turns: as long as `turn` returns true it is called again,
    /// behind the jobs that came meanwhile, by one thread at a time.
    ///
    /// False as for `submit`. A job that was taken is done to its end, whatever happens to the
    /// pool.
    func submitTurns(_ turn: @escaping @Sendable () -> Bool) -> Bool {
        submit { [self] in
            while turn() {
                if submitTurns(turn) { return }
            }
        }
    }

    /// Runs what is queued and ends the threads.
    func stop() {
        queue.withLock { waiting in
            waiting.isStopping = true
            queue.broadcast()
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
        queue.wait { waiting -> Job?? in
            guard waiting.taken < waiting.jobs.count else {
                return waiting.isStopping ? .some(nil) : nil
            }
            let job = waiting.jobs[waiting.taken]
            waiting.taken += 1
            waiting.forgetTaken()
            return job
        }
    }
}
