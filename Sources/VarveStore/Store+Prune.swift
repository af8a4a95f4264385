/// Pruning keys by policy.
extension Store {
    /// Removes the keys that the policies do not keep, and waits until that is durable and visible.
    ///
    /// All policies are checked before any is applied. A key that is written while this runs stays.
    /// The batch log and the sequence are left alone. Prunes of more than 4 MiB of keys are applied
    /// in parts, each of them whole or not at all.
    /// - Throws: `invalidPolicy`; nothing has happened then. `log`, `index`.
    @discardableResult
    public func prune(_ policies: [PrunePolicy]) throws(StoreError) -> PruneReport {
        let plans = try PrunePlan.plans(for: policies)
        let batchLog = batchLog
        try applier.catchUp()
        return try batchLog.planning { () throws(StoreError) in
            let snapshot = try StoreSnapshot(of: applier.index)
            let counts = try PruneRun(plans, over: snapshot).run { (keys) throws(StoreError) in
                try batchLog.write(.prune(sequence: snapshot.sequence, keys: keys))
            }
            return PruneReport(sequence: snapshot.sequence, counts: counts)
        }
    }
}
