import Synchronization
import VarveIndex
import VarveLog

/// The log of the batches: reading them back, and dropping the oldest.
extension Store {
    /// See `StoreEngine`.
    public func getBatch(_ sequence: UInt64) throws(StoreError) -> [StoreEntry]? {
        try batch(sequence)?.entries
    }

    /// See `StoreEngine`.
    public func batch(_ sequence: UInt64) throws(StoreError) -> StoreBatch? {
        do throws(StoreError) {
            return try image(of: sequence).batch
        } catch {
            switch error {
            case .evicted, .notFound: return nil
            default: throw error
            }
        }
    }

    /// The batch of that sequence.
    ///
    /// - Throws: `notFound` when no batch has it yet, `evicted` when it was dropped, `log`.
    package func image(of sequence: UInt64) throws(StoreError) -> BatchImage {
        let current = currentSequence
        guard sequence >= 1, sequence <= current else {
            throw .notFound(sequence: sequence, current: current)
        }
        if let oldest = oldestRetainedBatch, sequence >= oldest {
            do throws(LogError) {
                return try applier.image(of: sequence)
            } catch {
                // Dropped since the look.
                guard sequence < cutoff else { throw .log(error) }
            }
        }
        throw .evicted(sequence: sequence, oldestRetained: oldestRetainedBatch)
    }

    /// See `StoreEngine`.
    public var oldestRetainedBatch: UInt64? {
        let cutoff = cutoff
        return cutoff <= applier.progress.current ? cutoff : nil
    }

    /// The lowest sequence that is kept, or that will be when there is none.
    var cutoff: UInt64 {
        max(
            firstRecord.load(ordering: .acquiring),
            applier.retention.cutoff(current: applier.progress.current))
    }

    /// See `StoreEngine`.
    public func pruneBatchLog(below cutoff: UInt64) throws(StoreError) -> UInt64 {
        try planning.withLock { (_) throws(StoreError) in
            let current = currentSequence
            let oldest = self.cutoff
            let target = min(cutoff, current + 1)
            guard target > oldest else { return 0 }
            try checkPrunable()
            try trimBatchLog(below: target)
            return target - oldest
        }
    }

    /// Throws `unsupported` where the index could not be made again without the batches.
    func checkPrunable() throws(StoreError) {
        guard applier.index.outlivesLog else {
            throw .unsupported(
                "batches cannot be dropped while the index of the keys is in memory: it is made "
                    + "again from them")
        }
    }

    /// Makes the batch log begin at `target`, which readers see the batch before of, on disk too:
    /// first the index must not need what goes.
    func trimBatchLog(below target: UInt64) throws(StoreError) {
        guard target > firstRecord.load(ordering: .acquiring) else { return }
        let ordered = try applier.index.ordered
        try StoreIndex.wrapping { () throws(IndexError) in try ordered.flush() }
        try Self.wrap { () throws(LogError) in
            let place = try applier.batches.position(of: target - 1)
            try log.trim(applier.batches.stream, before: place)
        }
        firstRecord.max(target, ordering: .releasing)
    }
}
