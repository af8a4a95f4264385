/// Computing over the keys of a range.
extension Store {
    /// Computes what `request` asks for, over the store as it is now.
    ///
    /// - Throws: `invalidReduce`, `index`.
    public func reduce(_ request: ReduceRequest) throws(StoreError) -> ReduceResult {
        // Before anything is looked at.
        let reduction = try Reduction(request.parameters)
        return try reduce(request, reduction, on: try snapshot())
    }

    /// The same over the store at the moment of a snapshot.
    public func reduce(
        _ request: ReduceRequest, on snapshot: StoreSnapshot
    ) throws(StoreError) -> ReduceResult {
        try reduce(request, try Reduction(request.parameters), on: snapshot)
    }

    private func reduce(
        _ request: ReduceRequest, _ reduction: Reduction, on snapshot: StoreSnapshot
    ) throws(StoreError) -> ReduceResult {
        guard !reduction.needsNoRows else { return reduction.finish() }
        var failure: StoreError?
        try snapshot.forEach(from: request.from, through: request.through) { key, value in
            do throws(StoreError) {
                try reduction.feed(key: key, value: value)
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        return reduction.finish()
    }
}
