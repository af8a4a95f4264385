import VarveIndex

// Counting what segments hold for nobody: it goes when they are merged, and the count says when
// that is worth it.

extension Catalog {
    /// Counts the runs as dead that a trim has left behind; none while a fork of the stream lives,
    /// which pins them.
    ///
    /// - Parameter forked: the streams of which forks come with the same changes.
    func noteTrim(
        _ change: CatalogChange, _ dead: inout DeadBytes, forked: Set<StreamID>
    ) throws(LogError) {
        guard let before = change.previous?.visibleStart, before < change.record.visibleStart,
            !forked.contains(change.record.id), try forks(of: change.record.id).isEmpty
        else { return }
        try note(change.record.id, from: before, to: change.record.visibleStart, &dead)
    }

    /// The streams of which forks come with changes, and those of which forks go.
    static func sources(
        _ changes: [CatalogChange]
    ) -> (forked: Set<StreamID>, released: Set<StreamID>) {
        var forked: Set<StreamID> = []
        var released: Set<StreamID> = []
        for change in changes {
            guard let source = change.record.origin?.source else { continue }
            if change.record.isDeleted {
                released.insert(source)
            } else if change.previous == nil {
                forked.insert(source)
            }
        }
        return (forked, released)
    }

    /// Counts the runs as dead that were trimmed away and that only forks kept, if the last of
    /// these is gone. Runs that were trimmed away before the first fork was made may be counted a
    /// second time.
    func noteRelease(of source: StreamID, _ dead: inout DeadBytes) throws(LogError) {
        guard let visibleStart = try record(source)?.visibleStart, visibleStart > .start,
            try forks(of: source).isEmpty
        else { return }
        try note(source, from: .start, to: visibleStart, &dead)
    }

    private func note(
        _ id: StreamID, from start: StreamPosition, to end: StreamPosition,
        _ dead: inout DeadBytes
    ) throws(LogError) {
        let range = IndexRange(
            from: CatalogKey.runs(of: id, from: start.record),
            before: CatalogKey.runs(of: id, from: end.record))
        try scan(range) { (_, value) throws(LogError) in
            let run = try SettledRun(decoding: value, in: Self.indexName)
            if run.end.record <= end.record { dead.add(run) }
        }
    }
}
