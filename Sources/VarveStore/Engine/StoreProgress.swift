import Synchronization
import VarveLog

/// How far the store is staged and applied; who wants to know.
///
/// Thread rule: any thread.
final class StoreProgress: Sendable {
    private let sequence = Atomic<UInt64>(0)
    private let staged = Atomic<UInt64>(0)
    private let applied = Atomic<UInt64>(0)
    private let stagedByte = Atomic<UInt64>(0)
    private let appliedByte = Atomic<UInt64>(0)
    private let followers = Atomic<Int>(0)
    private let listeners = Mutex<[any StoreListener]>([])

    /// The sequence of the newest batch that readers see.
    var current: UInt64 { sequence.load(ordering: .acquiring) }

    /// Whether something staged, durable at `durable`, is not applied yet. Two atomic loads.
    func isBehind(durable: LSN) -> Bool {
        let applied = applied.load(ordering: .sequentiallyConsistent)
        return durable.rawValue > applied
            && staged.load(ordering: .sequentiallyConsistent) > applied
    }

    /// The frame `lsn` of the store was staged.
    func noteStaged(_ lsn: LSN) {
        staged.max(lsn.rawValue, ordering: .sequentiallyConsistent)
    }

    /// How many bytes of batches are staged and not applied.
    var unappliedBytes: UInt64 {
        let applied = appliedByte.load(ordering: .relaxed)
        return max(stagedByte.load(ordering: .relaxed), applied) - applied
    }

    /// A batch was staged that ends at this byte of their stream.
    func noteStaged(throughByte byte: UInt64) {
        stagedByte.max(byte, ordering: .relaxed)
    }

    /// The batches up to this byte of their stream are applied.
    func noteApplied(throughByte byte: UInt64) {
        appliedByte.store(byte, ordering: .relaxed)
    }

    /// Everything of the store up to `lsn` is applied.
    func noteApplied(through lsn: LSN) {
        applied.max(lsn.rawValue, ordering: .sequentiallyConsistent)
    }

    /// Whether somebody waits for a commit who applies it then, so that no thread needs to be woken
    /// for that. To be asked after the commit.
    var isFollowed: Bool { followers.load(ordering: .sequentiallyConsistent) > 0 }

    /// The caller is about to wait for a commit, and applies it then.
    func beginFollowing() {
        followers.add(1, ordering: .sequentiallyConsistent)
    }

    /// The caller has applied. What became durable since nobody was woken for: it has to look.
    func endFollowing() {
        followers.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// Readers see the batch of that sequence from now on. Whether they did not before.
    @discardableResult
    func advance(to sequence: UInt64) -> Bool {
        let old = self.sequence.exchange(sequence, ordering: .releasing)
        precondition(old <= sequence, "the sequence never goes back")
        return old < sequence
    }

    /// Tells everybody how far the store has come.
    func tell() {
        let current = current
        for listener in listeners.withLock({ $0 }) { listener.storeAdvanced(to: current) }
    }

    /// Tells everybody that the index does not follow any more.
    func tellStalled(_ error: StoreError) {
        for listener in listeners.withLock({ $0 }) { listener.storeStalled(error) }
    }

    /// Tells everybody that the index follows again.
    func tellResumed() {
        for listener in listeners.withLock({ $0 }) { listener.storeResumed() }
    }

    /// Adds a listener, until it is removed.
    func add(_ listener: any StoreListener) {
        listeners.withLock { $0.append(listener) }
    }

    /// Removes a listener.
    func remove(_ listener: any StoreListener) {
        listeners.withLock { listeners in listeners.removeAll { $0 === listener } }
    }
}
