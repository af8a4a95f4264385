import VarveLog

/// Pruning keys by policy.
extension Store {
    /// Removes the keys that the policies do not keep, and waits until that is durable and visible.
    ///
    /// All policies are checked before any is applied. A key that is written while this runs stays.
    /// The batch log and the sequence are left alone. When more than 4 MiB of keys go (less where
    /// the journal's files are small), they go in parts, each of them whole or not at all: what
    /// fails or crashes between has removed some of the keys that were to go and no others, and the
    /// same call again removes the rest.
    /// - Throws: `invalidPolicy`; nothing has happened then. `log`, `index`.
    @discardableResult
    public func prune(_ policies: [PrunePolicy]) throws(StoreError) -> PruneReport {
        let plans = try PrunePlan.plans(for: policies)
        let (batchLog, log) = (batchLog, log)
        try applier.catchUp()
        return try batchLog.planning { () throws(StoreError) in
            let snapshot = try StoreSnapshot(of: applier.index)
            let counts = try PruneRun(plans, over: snapshot, log: log.options).run {
                (keys) throws(StoreError) in
                try batchLog.write(.prune(sequence: snapshot.sequence, keys: keys))
            }
            return PruneReport(sequence: snapshot.sequence, counts: counts)
        }
    }
}
