/// A reduction on its way: fed with rows, it ends in a result.
///
/// A row is a key with its value. It is skipped, and counted as such, where its value is needed and
/// is no `StoredRow`, or where the filter, a group expression or a reducer's expression cannot be
/// computed for it. No memory is taken per row, except for a group that is new. Thread rule: one
/// thread at a time.
package final class Reduction {
    private var state: ReductionState

    /// A reduction of no rows yet.
    /// - Throws: `invalidReduce` when the parameters make no sense or are beyond `limits`.
    package init(
        _ parameters: ReduceParameters, limits: ReduceLimits = ReduceLimits()
    ) throws(StoreError) {
        state = try ReductionState(parameters, limits: limits)
    }

    /// True when rows must be fed with their values; otherwise any will do.
    package var needsValues: Bool { state.needsValues }

    /// True when no row can change the result, so none need be fed.
    package var needsNoRows: Bool { state.needsNoRows }

    /// Takes the next row.
    /// - Throws: `invalidReduce` when a sum does not fit its kind, or there are too many groups;
    ///   the reduction has failed then.
    package func feed(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
    ) throws(StoreError) {
        try state.feed(key: key, value: value)
    }

    /// Takes the next row, as a scan gives it.
    package func feed(_ entry: StoreEntry) throws(StoreError) {
        let outcome = entry.key.withUnsafeBytes { key in
            entry.value.withUnsafeBytes { value in
                Result { () throws(StoreError) in try feed(key: key, value: value) }
            }
        }
        try outcome.get()
    }

    /// The result over all rows that were fed.
    package func finish() -> ReduceResult {
        state.finish()
    }
}
