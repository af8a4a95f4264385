import Synchronization
import VarvePlatform

/// How far the log is written and synced, who wants to know, and whether it failed.
///
/// Two watermarks: `written` is in the operating system's hands, `synced` on stable storage. The
/// log's mode says which of them readers see. Thread rule: reading from anywhere; publishing by the
/// flusher.
final class Commits: Sendable {
    private let writtenNow: Atomic<UInt64>
    private let syncedNow: Atomic<UInt64>
    private let durability: Durability
    private let hasFailed = Atomic<Bool>(false)
    private let failureCause = Mutex<LogError?>(nil)
    private let listeners = Mutex<[any CommitListener]>([])
    private let gate = Monitor(())
    private let waiting = Atomic<Int>(0)
    private let asyncWaiters = Mutex<[AsyncWaiter]>([])

    /// A task that waits.
    private struct AsyncWaiter: Sendable {
        var lsn: UInt64
        var isStrong: Bool
        var continuation: CheckedContinuation<Bool, Never>
    }

    /// Watermarks at `lsn`, which is on stable storage.
    init(through lsn: UInt64, durability: Durability) {
        writtenNow = Atomic(lsn)
        syncedNow = Atomic(lsn)
        self.durability = durability
    }

    /// The last LSN written.
    var written: UInt64 { writtenNow.load(ordering: .acquiring) }

    /// The last LSN on stable storage.
    var synced: UInt64 { syncedNow.load(ordering: .acquiring) }

    /// The last LSN that readers may see: one atomic load.
    var durable: UInt64 {
        durability == .sync
            ? syncedNow.load(ordering: .sequentiallyConsistent)
            : writtenNow.load(ordering: .sequentiallyConsistent)
    }

    /// Why nothing more is written; nil while all is well: one atomic load.
    var failure: LogError? {
        hasFailed.load(ordering: .acquiring) ? failureCause.withLock { $0 } : nil
    }

    /// Adds a listener for the life of the log.
    func add(_ listener: any CommitListener) {
        listeners.withLock { $0.append(listener) }
    }

    /// Moves the first watermark.
    func publish(written lsn: UInt64) {
        writtenNow.store(lsn, ordering: .sequentiallyConsistent)
    }

    /// Moves the second watermark.
    func publish(synced lsn: UInt64) {
        syncedNow.store(lsn, ordering: .sequentiallyConsistent)
    }

    /// Wakes everybody who waits for what the watermarks now say.
    func notify() {
        let lsn = LSN(durable)
        for listener in listeners.withLock({ $0 }) { listener.committed(through: lsn) }
        wakeWaiters()
    }

    /// Ends all writing: remembers the first cause and wakes everybody.
    func fail(_ error: LogError) {
        failureCause.withLock { cause in
            if cause == nil { cause = .poisoned(cause: error.description) }
        }
        hasFailed.store(true, ordering: .sequentiallyConsistent)
        for listener in listeners.withLock({ $0 }) { listener.poisoned() }
        wakeWaiters()
    }

    /// The log was closed: whoever still waits for something that was not committed learns it.
    func end() {
        failureCause.withLock { cause in
            if cause == nil { cause = .closed }
        }
        hasFailed.store(true, ordering: .sequentiallyConsistent)
        wakeWaiters()
    }

    /// Waits until `lsn` is durable, or on stable storage if `isStrong`; throws when it failed.
    func wait(for lsn: UInt64, isStrong: Bool) throws(LogError) {
        if isReached(lsn, isStrong) { return }
        waiting.add(1, ordering: .sequentiallyConsistent)
        gate.wait { _ -> Void? in isReached(lsn, isStrong) || failure != nil ? () : nil }
        waiting.subtract(1, ordering: .sequentiallyConsistent)
        try checkReached(lsn, isStrong)
    }

    /// The same without blocking a thread.
    func wait(for lsn: UInt64, isStrong: Bool) async throws(LogError) {
        if isReached(lsn, isStrong) { return }
        waiting.add(1, ordering: .sequentiallyConsistent)
        _ = await withCheckedContinuation { continuation in
            asyncWaiters.withLock {
                $0.append(AsyncWaiter(lsn: lsn, isStrong: isStrong, continuation: continuation))
            }
            // It may have become durable between the check and the registration.
            if isReached(lsn, isStrong) || failure != nil { wakeWaiters() }
        }
        waiting.subtract(1, ordering: .sequentiallyConsistent)
        try checkReached(lsn, isStrong)
    }

    private func isReached(_ lsn: UInt64, _ isStrong: Bool) -> Bool {
        lsn <= (isStrong ? syncedNow.load(ordering: .sequentiallyConsistent) : durable)
    }

    private func checkReached(_ lsn: UInt64, _ isStrong: Bool) throws(LogError) {
        if isReached(lsn, isStrong) { return }
        throw failure ?? .closed
    }

    private func wakeWaiters() {
        guard waiting.load(ordering: .sequentiallyConsistent) > 0 else { return }
        gate.withLock { _ in gate.broadcast() }
        let hasFailed = failure != nil
        let ready = asyncWaiters.withLock { waiters in
            let count = waiters.partition { hasFailed || isReached($0.lsn, $0.isStrong) }
            let ready = Array(waiters[count...])
            waiters.removeSubrange(count...)
            return ready
        }
        for waiter in ready { waiter.continuation.resume(returning: true) }
    }
}
