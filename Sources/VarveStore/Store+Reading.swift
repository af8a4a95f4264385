public import VarveIndex
import VarveLog

/// Reading: every read sees at least what was acknowledged when it began.
extension Store {
    /// See `StoreEngine`.
    public var currentSequence: UInt64 {
        // What could not be applied is not visible.
        try? applier.catchUp()
        return applier.progress.current
    }

    /// The sequence of the newest batch that is applied. Waits for nothing; a batch that was
    /// acknowledged a moment ago may be missing.
    package var appliedSequence: UInt64 { applier.progress.current }

    /// Why the index of the keys does not follow the log, so that reads fail; nil while it does.
    /// Waits for nothing. The store goes on trying.
    public var failure: StoreError? { applier.health.fault }

    /// How often the index could not follow the log since the store was opened.
    package var failureCount: UInt64 { applier.health.failures }

    /// See `StoreEngine`.
    public func get(_ key: StoreKey) throws(StoreError) -> [UInt8]? {
        try applier.catchUp()
        return try key.span.withUnsafeBytes { (key) throws(StoreError) in
            try StoreIndex.value(of: key, in: try applier.index.ordered)
        }
    }

    /// The value of a key, and the sequence of a state in which it had this value, as new as any
    /// batch that was acknowledged when the call began.
    ///
    /// Waits for nothing, so that an event loop may try; nil says nothing about the key: it is not
    /// there, its value is longer than `bytesMax`, or this cannot be told without waiting.
    package func valueAtHand(
        of key: StoreKey, bytesMax: Int
    ) throws(StoreError) -> (value: [UInt8], sequence: UInt64)? {
        guard !applier.progress.isBehind(durable: log.durable) else { return nil }
        let sequence = applier.progress.current
        let index = try applier.index.ordered
        let row = try key.span.withUnsafeBytes { (key) throws(StoreError) in
            try StoreIndex.rowAtHand(of: key, bytesMax: bytesMax, in: index)
        }
        // The row is of a moment after that state: the same only if no later batch wrote it.
        guard let row, row.sequence <= sequence else { return nil }
        return (row.value, sequence)
    }

    /// See `StoreEngine`.
    public func getMany(
        _ keys: [StoreKey]
    ) throws(StoreError) -> [(key: StoreKey, value: [UInt8]?)] {
        let snapshot = try snapshot()
        var found: [(key: StoreKey, value: [UInt8]?)] = []
        found.reserveCapacity(keys.count)
        for key in keys { found.append((key, try snapshot.get(key))) }
        return found
    }

    /// See `StoreEngine`.
    public func rangeScan(
        from: StoreKey = [], through: StoreKey = [], limit: Int? = nil,
        order: ScanOrder = .ascending
    ) throws(StoreError) -> StoreScan {
        try snapshot().rangeScan(from: from, through: through, limit: limit, order: order)
    }

    /// The store as it is now, for several reads of one moment.
    public func snapshot() throws(StoreError) -> StoreSnapshot {
        try applier.catchUp()
        return try StoreSnapshot(of: applier.index)
    }
}
