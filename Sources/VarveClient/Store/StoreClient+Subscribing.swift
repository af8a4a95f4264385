extension StoreClient {
    /// Follows the batches: of each, the pairs whose keys any of the selectors chooses, with a
    /// value that any of the filters chooses, or any value when there is no filter.
    ///
    /// No batch is given twice and none is left out, across broken connections and restarts of the
    /// server. Nothing is fetched before it is asked for.
    ///
    /// - Parameters:
    ///   - selectors: 1 to 16.
    ///   - filters: up to 16.
    ///   - sequence: the first batch, which may be one to come: to go on behind a batch, its
    ///     sequence + 1. Nil for those that come after the first element is asked for.
    /// - Returns: a sequence that throws `ClientError`: one that another attempt would not mend, or
    ///   the last one when `SubscribeOptions.retry` gives up. Reason `BATCH_EVICTED` when the log
    ///   of batches keeps the next one no more: `ClientError.oldestRetainedBatch` says where it
    ///   begins.
    public func subscribe(
        _ selectors: [StoreSelector] = [StoreSelector()], filters: [StoreFilter] = [],
        from sequence: UInt64? = nil, options: SubscribeOptions = SubscribeOptions()
    ) -> AsyncThrowingStream<StoreChange, any Error> {
        let subscriber = StoreSubscriber(self, selectors, filters, from: sequence, options)
        return AsyncThrowingStream { try await subscriber.next() }
    }
}
