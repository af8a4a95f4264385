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

    /// The batch of that sequence, without copying it.
    ///
    /// - Throws: `notFound` when no batch has it yet, `evicted` when it was dropped, `log`.
    package func image(of sequence: UInt64) throws(StoreError) -> BatchImage {
        try applier.catchUp()
        return try batchLog.image(of: sequence)
    }

    /// See `StoreEngine`.
    public var oldestRetainedBatch: UInt64? {
        // What could not be applied is not visible.
        try? applier.catchUp()
        return batchLog.oldest
    }

    /// See `StoreEngine`.
    public func pruneBatchLog(below cutoff: UInt64) throws(StoreError) -> UInt64 {
        try applier.catchUp()
        return try batchLog.prune(below: cutoff)
    }

    /// The rule by which batches are kept; nil keeps all.
    public var retention: StoreRetention? { applier.retention.retention }

    /// Sets the rule by which batches are kept, nil for all, and waits until it is durable. It
    /// holds for every batch as soon as readers see that. What an earlier rule has dropped stays
    /// dropped.
    ///
    /// - Returns: the oldest batch that is kept; nil when there is none.
    /// - Throws: `unsupported` for a rule where the index is in memory, `log`, `index`.
    @discardableResult
    public func setRetention(_ retention: StoreRetention?) throws(StoreError) -> UInt64? {
        try applier.catchUp()
        return try batchLog.setRetention(retention)
    }
}
