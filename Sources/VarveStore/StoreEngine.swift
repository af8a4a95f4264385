public import VarveIndex

/// A key-value store with one global sequence number and a log of its batches.
///
/// Thread rule: any thread may call anything; every call may wait for a disk.
public protocol StoreEngine: Sendable {
    /// Writes all entries or none, and waits until they are durable and visible.
    ///
    /// Of entries with the same key the last one counts for reads; the batch log keeps all.
    /// - Returns: the sequence of the batch: one more than that of the batch before.
    /// - Throws: `emptyBatch`, `keyTooLong`, `valueTooLong`, `batchTooLarge`, `log`; nothing was
    ///   written and no sequence used then, unless `log` says that the outcome is not known.
    func putBatch(_ entries: [StoreEntry]) throws(StoreError) -> UInt64

    /// Removes all these keys, which need not be there, and waits as `putBatch` does.
    func deleteBatch(_ keys: [StoreKey]) throws(StoreError) -> UInt64

    /// The value of a key; nil when there is none. A longer key than may be is not there either.
    func get(_ key: StoreKey) throws(StoreError) -> [UInt8]?

    /// One value, or nil, for each key, in the keys' order with their duplicates, of one moment.
    func getMany(
        _ keys: [StoreKey]
    ) throws(StoreError) -> [(key: StoreKey, value: [UInt8]?)]

    /// The entries with keys from `from` up to `through`, both included, of one moment.
    ///
    /// - Parameters:
    ///   - through: the last key; empty for no end.
    ///   - limit: how many entries at most; nil for all.
    ///   - order: ascending from `from`, or descending from `through`.
    func rangeScan(
        from: StoreKey, through: StoreKey, limit: Int?, order: ScanOrder
    ) throws(StoreError) -> StoreScan

    /// The sequence of the newest batch that readers see; 0 when there is none. Never ahead of what
    /// is durable.
    var currentSequence: UInt64 { get }

    /// Exactly what the call of that sequence wrote, in its order, duplicates included, the values
    /// of deletions empty; nil when it was dropped from the batch log or never written.
    func getBatch(_ sequence: UInt64) throws(StoreError) -> [StoreEntry]?

    /// The same with what the batch does with its keys.
    func batch(_ sequence: UInt64) throws(StoreError) -> StoreBatch?

    /// The sequence of the oldest batch of the batch log; nil when that is empty.
    var oldestRetainedBatch: UInt64? { get }

    /// Drops the batches with a sequence below `cutoff` from the batch log, for good; the keys and
    /// the sequence stay as they are.
    ///
    /// - Returns: how many batches were dropped.
    /// - Throws: `log`, `index`; `unsupported` where the index is in memory, because it could not
    ///   be made again.
    func pruneBatchLog(below cutoff: UInt64) throws(StoreError) -> UInt64
}
