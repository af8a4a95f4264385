import Synchronization
import VarveLog
import VarvePlatform

/// The thread that applies what the log made durable, woken once per commit, and gives back the
/// space of what is dropped.
///
/// What cannot be applied it tries again by itself, after a time that grows with every failure.
/// A log that is stepped by hand has none: whoever reads applies then, as everybody may.
final class StoreWorker: Sendable {
    /// What the log tells of its commits; it knows the worker only as long as that runs.
    private final class Relay: CommitListener {
        private let worker: Mutex<StoreWorker?>

        init(_ worker: StoreWorker) {
            self.worker = Mutex(worker)
        }

        func committed(through lsn: LSN) {
            worker.withLock { $0 }?.wake(through: lsn)
        }

        func poisoned() {
            worker.withLock { $0 }?.batchLog.applier.progress.tell()
        }

        func end() {
            worker.withLock { $0 = nil }
        }
    }

    private struct State {
        var isWanted = false
        var isStopped = false
        var thread: NamedThread?
        var relay: Relay?
    }

    /// How long it waits after the first failure, and at most, in nanoseconds.
    private static let retryNanoseconds: ClosedRange<UInt64> = 50_000_000...5_000_000_000

    private let batchLog: BatchLog
    private let state = Monitor(State())

    /// A worker that does not run yet.
    init(_ batchLog: BatchLog) {
        self.batchLog = batchLog
    }

    /// Starts the thread, unless the log is stepped by hand.
    /// - Throws: `io`.
    func start() throws(LogError) {
        let log = batchLog.applier.batches.log
        guard log.options.workers == .threads else { return }
        let relay = Relay(self)
        do {
            let thread = try NamedThread.start(name: "varve-store") { [self] in run() }
            state.withLock { state in
                state.thread = thread
                state.relay = relay
            }
        } catch {
            throw .io(message: error.description)
        }
        log.addCommitListener(relay)
        wake(through: log.durable)
    }

    /// Ends the thread after what it is doing; false when that was done before.
    func stop() -> Bool {
        let (isFirst, thread, relay) = state.withLock { now in
            defer {
                now.isStopped = true
                now.thread = nil
                now.relay = nil
                state.broadcast()
            }
            return (!now.isStopped, now.thread, now.relay)
        }
        relay?.end()
        thread?.join()
        return isFirst
    }

    /// Wakes the thread if what is durable has something for it that nobody else will do.
    func wake(through lsn: LSN) {
        let progress = batchLog.applier.progress
        guard progress.isBehind(durable: lsn), !progress.isFollowed else { return }
        wake()
    }

    /// Runs a write that waits for its commit and applies it itself: that takes one thread's turn
    /// of the processor instead of two, which would then wait for each other.
    func following<R>(_ write: () throws(StoreError) -> R) throws(StoreError) -> R {
        batchLog.applier.progress.beginFollowing()
        defer {
            batchLog.applier.progress.endFollowing()
            wake(through: batchLog.applier.batches.log.durable)
            if batchLog.isWorthALook { wake() }
        }
        return try write()
    }

    private func wake() {
        state.withLock { now in
            now.isWanted = true
            state.signal()
        }
    }

    private func run() {
        var delay: UInt64?
        while waitForWork(delay) {
            if step() {
                delay = nil
            } else {
                let range = Self.retryNanoseconds
                delay = delay.map { min(2 * $0, range.upperBound) } ?? range.lowerBound
            }
        }
    }

    /// Takes one turn on the caller's thread; false when what is durable could not be applied.
    func step() -> Bool {
        var hasApplied = true
        do throws(StoreError) {
            try batchLog.applier.catchUp()
        } catch {
            // The store's health tells why.
            hasApplied = false
        }
        try? batchLog.giveBack()
        return hasApplied
    }

    /// Waits until there is something to apply or, after a failure, for so many nanoseconds
    /// whatever comes meanwhile. False when it is to stop.
    private func waitForWork(_ delay: UInt64?) -> Bool {
        guard let delay else {
            return state.wait { now -> Bool? in
                defer { now.isWanted = false }
                if now.isStopped { return false }
                return now.isWanted ? true : nil
            }
        }
        // The system's time, whatever the log's clock says: nobody else would try again.
        let deadline = SystemClock().monotonicNanoseconds() + delay
        return state.wait(untilNanoseconds: deadline) { $0.isStopped ? false : nil } ?? true
    }
}
