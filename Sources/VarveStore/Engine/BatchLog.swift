import Synchronization
import VarveBytes
import VarveIndex
import VarveLog

/// The log of the batches as readers see it: which are kept, reading them back, dropping the
/// oldest.
///
/// What the rule of retention does not keep is not shown at once; the space of it is given back
/// when there is enough of it. Thread rule: any thread; what drops may wait for a disk.
final class BatchLog: Sendable {
    let applier: StoreApplier
    private let log: EventLog
    private let trimBytesMin: UInt64
    private let policyBytesMax: UInt64
    /// The lowest sequence whose record the log still shows.
    private let firstRecord: Atomic<UInt64>
    /// How far the stream reaches when it is worth looking again whether space can be given back.
    private let nextLook = Atomic<UInt64>(0)
    /// Held while something is planned and written: each sees what came before.
    private let planning = Mutex<Void>(())

    /// The batches that `applier` follows.
    init(_ applier: StoreApplier, options: StoreOptions) {
        self.applier = applier
        log = applier.batches.log
        trimBytesMin = UInt64(max(1, options.trimBytesMin))
        policyBytesMax = UInt64(max(0, options.policyBytesMax))
        firstRecord = Atomic(applier.batches.visibleStart.record + 1)
    }

    /// Runs `body` alone among all that plan.
    func planning<R>(_ body: () throws(StoreError) -> sending R) throws(StoreError) -> sending R {
        try planning.withLock { (_) throws(StoreError) in try body() }
    }

    /// Why the log takes nothing more; nil while it does.
    var failure: LogError? { log.failure }

    // MARK: Reading

    /// The sequence of the newest batch that readers see.
    var current: UInt64 { applier.progress.current }

    /// The lowest sequence that is kept, or that will be when there is none.
    var cutoff: UInt64 {
        max(
            firstRecord.load(ordering: .acquiring),
            applier.retention.cutoff(current: applier.progress.current))
    }

    /// The sequence of the oldest batch that is kept; nil when none is.
    var oldest: UInt64? {
        let cutoff = cutoff
        return cutoff <= current ? cutoff : nil
    }

    /// The batch of that sequence.
    ///
    /// - Throws: `notFound` when readers see no such batch yet, `evicted` when it was dropped,
    ///   `log`.
    func image(of sequence: UInt64) throws(StoreError) -> BatchImage {
        let current = current
        guard sequence >= 1, sequence <= current else {
            throw .notFound(sequence: sequence, current: current)
        }
        if sequence >= cutoff {
            do throws(LogError) {
                return try applier.image(of: sequence)
            } catch {
                // Dropped since the look.
                guard try sequence < durableCutoff() else { throw .log(error) }
            }
        }
        throw .evicted(sequence: sequence, oldestRetained: oldest)
    }

    /// What `cutoff` is once the last trim that was staged is durable; waits for that. Nobody is
    /// told earlier that batches are gone.
    private func durableCutoff() throws(StoreError) -> UInt64 {
        let batches = applier.batches
        let first = batches.visibleStart.record + 1
        if first > firstRecord.load(ordering: .acquiring) {
            try Store.wrap { () throws(LogError) in try batches.waitForStart() }
            firstRecord.max(first, ordering: .releasing)
        }
        return cutoff
    }

    // MARK: Dropping

    /// Drops the batches below `cutoff`; how many that were.
    func prune(below cutoff: UInt64) throws(StoreError) -> UInt64 {
        try checkPrunable()
        return try planning { () throws(StoreError) in
            let oldest = self.cutoff
            let target = min(cutoff, current + 1)
            guard target > oldest else { return 0 }
            try trim(below: target)
            return target - oldest
        }
    }

    /// Sets the rule of retention; the oldest batch that is kept by it.
    func setRetention(_ retention: StoreRetention?) throws(StoreError) -> UInt64? {
        if retention != nil { try checkPrunable() }
        return try planning { () throws(StoreError) in
            // Whatever is dropped now stays so, whichever rule comes later.
            let floor = max(cutoff, retention?.cutoff(current: current) ?? 1)
            try write(.retention(retention, floor: floor))
            try giveBack(bytesMin: 1)
            return oldest
        }
    }

    /// Writes an event of the policy stream, and waits until it is durable and applied; while
    /// `planning`.
    func write(_ event: PolicyEvent) throws(StoreError) {
        let event = event.encoded
        try Store.wrap { () throws(LogError) in
            let (_, lsn) = try event.span.withUnsafeBytes { (bytes) throws(LogError) in
                try applier.policies.stage(bytes) { _ in }
            }
            applier.progress.noteStaged(lsn)
            try log.waitUntilDurable(lsn)
        }
        try applier.catchUp()
    }

    /// Gives back the space of what the rule has dropped, if it is worth it; now and then.
    func giveBack() throws(StoreError) {
        guard isWorthALook else { return }
        let tail = applier.batches.durableTail(at: log.durable).byte
        // A prune or a backup may plan for long, and who calls this has to apply meanwhile.
        _ = try planning.withLockIfAvailable { (_) throws(StoreError) in
            nextLook.store(tail + trimBytesMin / 4, ordering: .relaxed)
            try giveBack(bytesMin: trimBytesMin)
        }
    }

    /// Whether so much was written since the last look that `giveBack` would look again.
    var isWorthALook: Bool {
        applier.index.outlivesLog && applier.retention.cutoff(current: current) > 1
            && applier.batches.durableTail(at: log.durable).byte
                >= nextLook.load(ordering: .relaxed)
    }

    private func giveBack(bytesMin: UInt64) throws(StoreError) {
        // A rule may speak of batches to come.
        let target = min(cutoff, current + 1)
        guard target > firstRecord.load(ordering: .acquiring) else { return }
        let place = try Store.wrap { () throws(LogError) in
            try applier.batches.position(of: target - 1)
        }
        guard place.byte - min(place.byte, applier.batches.visibleStart.byte) >= bytesMin else {
            return
        }
        try trim(below: target)
    }

    /// Throws `unsupported` where the index could not be made again without the batches.
    private func checkPrunable() throws(StoreError) {
        guard applier.index.outlivesLog else {
            throw .unsupported(
                "batches cannot be dropped while the index of the keys is in memory: it is made "
                    + "again from them")
        }
    }

    /// Makes the batch log begin at `target`, on disk too: the index must not need what goes.
    private func trim(below target: UInt64) throws(StoreError) {
        guard target > firstRecord.load(ordering: .acquiring) else { return }
        try flushIndex()
        try Store.wrap { () throws(LogError) in
            let place = try applier.batches.position(of: target - 1)
            try log.trim(applier.batches.stream, before: place)
        }
        firstRecord.max(target, ordering: .releasing)
        try trimPolicies()
    }

    /// Puts the index on stable storage; in a log of a weak mode that waits for the log first.
    private func flushIndex() throws(StoreError) {
        let ordered = try applier.index.ordered
        do throws(IndexError) {
            try ordered.flush()
        } catch {
            if let failure = log.failure { throw .log(failure) }
            throw .index(error.description)
        }
    }

    /// Drops old events of the policy stream when there are many of them, the setting of retention
    /// being written anew. Only now that batches were dropped: as long as the index could be made
    /// again from all batches, it would need all prunes.
    private func trimPolicies() throws(StoreError) {
        let policies = applier.policies
        let bytes = policies.durableTail(at: log.durable).byte - policies.visibleStart.byte
        guard bytes > policyBytesMax else { return }
        let state = applier.retention
        try write(.retention(state.retention, floor: state.floor))
        try flushIndex()
        try Store.wrap { () throws(LogError) in
            let last = policies.durableTail(at: log.durable).record - 1
            try log.trim(policies.stream, before: try policies.position(of: last))
        }
    }
}
