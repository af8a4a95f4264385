package import VarveLog

/// Writing: batches of puts and of deletions.
extension Store {
    /// See `StoreEngine`.
    public func putBatch(_ entries: [StoreEntry]) throws(StoreError) -> UInt64 {
        let capacity = entries.reduce(0) {
            $0 + $1.key.count + $1.value.count + BatchFormat.entryOverheadMax
        }
        var encoder = BatchEncoder(.put, options: options, capacity: capacity)
        for entry in entries {
            try entry.key.span.withUnsafeBytes { (key) throws(StoreError) in
                try entry.value.span.withUnsafeBytes { (value) throws(StoreError) in
                    try encoder.append(key, value)
                }
            }
        }
        return try write(try encoder.finish())
    }

    /// See `StoreEngine`.
    public func deleteBatch(_ keys: [StoreKey]) throws(StoreError) -> UInt64 {
        var encoder = BatchEncoder(.delete, options: options)
        for key in keys {
            try key.span.withUnsafeBytes { (key) throws(StoreError) in try encoder.append(key) }
        }
        return try write(try encoder.finish())
    }

    /// An empty batch for `stage` or `write`.
    package func encoder(_ kind: StoreBatch.Kind, capacity: Int = 0) -> BatchEncoder {
        BatchEncoder(kind, options: options, capacity: capacity)
    }

    /// Writes a batch, and waits until it is durable and visible; its sequence.
    package func write(_ batch: EncodedBatch) throws(StoreError) -> UInt64 {
        try worker.following { () throws(StoreError) in
            let (sequence, lsn) = try stage(batch)
            try Self.wrap { () throws(LogError) in try log.waitUntilDurable(lsn) }
            try applier.catchUp()
            return sequence
        }
    }

    /// Why a server should take no batch now, although it could be staged: nil when it should.
    /// Waits for nothing.
    package var overload: StoreError? {
        let bytes = applier.progress.unappliedBytes
        if bytes > StoreLimits.unappliedBytesMax {
            return .log(.overloaded(reason: "\(bytes) bytes of batches wait for the index"))
        }
        return log.isOverloaded ? .log(.overloaded(reason: "the log takes no more")) : nil
    }

    /// Stages a batch and asks for a commit. Waits for nothing.
    ///
    /// When `lsn` is durable the batch may be acknowledged: every read that begins then sees it.
    /// - Throws: `batchTooLarge` when the journal cannot hold it, `log`; nothing has happened then.
    package func stage(
        _ batch: EncodedBatch
    ) throws(StoreError) -> (sequence: UInt64, lsn: LSN) {
        let recent = applier.recent
        do throws(LogError) {
            let (end, lsn) = try applier.batches.stage(batch.memory.bytes) { end in
                recent.append(BatchImage(batch, sequence: end.record))
            }
            applier.progress.noteStaged(lsn)
            applier.progress.noteStaged(throughByte: end.byte)
            log.requestCommit()
            // Committed with the staging of others before it was noted: nobody would wake up.
            if log.durable >= lsn { wakeApplier() }
            return (end.record, lsn)
        } catch {
            guard case .limitExceeded(_, let limit, let actual) = error else { throw .log(error) }
            throw .batchTooLarge(bytes: actual, limit: limit)
        }
    }
}
