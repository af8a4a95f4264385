/// Following the batches as they come.
extension Store {
    /// Follows the batches: those that any of the selectors chooses a key of, with a value that any
    /// of the filters chooses, or any value when there is no filter.
    ///
    /// - Parameter sequence: the first batch to look at, which may be one to come; nil for the next
    ///   one.
    /// - Throws: `invalidPattern`; `evicted` when the first batch was dropped already; `index`.
    public func subscribe(
        selectors: [StoreSelector] = [StoreSelector()], filters: [StoreFilter] = [],
        since sequence: UInt64? = nil
    ) throws(StoreError) -> StoreSubscription {
        let matcher = try StoreMatcher(selectors: selectors, filters: filters)
        try applier.catchUp()
        let first = sequence.map { max(1, $0) } ?? batchLog.current + 1
        guard first >= batchLog.cutoff || first > batchLog.current else {
            throw .evicted(sequence: first, oldestRetained: batchLog.oldest)
        }
        return StoreSubscription(batchLog, matcher, gate: gate, first: first)
    }

    /// Adds a listener, until it is removed.
    package func addListener(_ listener: any StoreListener) {
        applier.progress.add(listener)
    }

    /// Removes a listener.
    package func removeListener(_ listener: any StoreListener) {
        applier.progress.remove(listener)
    }
}
