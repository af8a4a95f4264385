/// The log's background work by the caller's hand, for logs opened with `WorkerMode.stepped`.
///
/// Thread rule: one thread calls these, and may call anything else of the log from within the
/// volume's operations that they lead to, as another thread would at that moment.
extension EventLog {
    /// Takes one turn of the flusher: writes and syncs what is staged, tells everybody, and marks
    /// an idle log. A failure shows as `failure`.
    package func stepFlusher() {
        flusher.step()
    }

    /// Prepares one journal file if one is wanted; false when none is. A failure shows at the next
    /// staging that needs the file.
    package func stepPreparer() -> Bool {
        preparer.step()
    }

    /// Settles what is synced, as the settler would.
    ///
    /// - Throws: what `settle` throws; nothing has changed then.
    package func stepSettler() throws(LogError) {
        try settler.settle()
    }

    /// Merges `count` segments that are neighbours behind the first `skipped`, or fewer if there
    /// are no more, however large they are.
    ///
    /// - Throws: what `compact` throws.
    package func stepMerger(skipping skipped: Int, count: Int) throws(LogError) {
        if let failure = settler.work.catalogFailure { throw failure }
        let numbers = try settler.segments().dropFirst(skipped).prefix(count).map(\.number)
        if !numbers.isEmpty { _ = try settler.merge(numbers) }
    }
}
