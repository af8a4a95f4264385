/// A stream as the catalog has it.
struct SettledStream {
    /// Its record.
    var record: StreamRecord
    /// All entries of its upper layer's state, by key.
    var entries: [StateEntry] = []
    /// Where its records lie, in order.
    var runs: ContiguousArray<SettledRun> = []

    /// The stream with that state, not published, its upper layer's object attached.
    ///
    /// - Parameter source: the stream that a fork reads through; nil when nobody will read it.
    func makeStream(fold: (any LogFold)?, source: LogStream?) throws(LogError) -> LogStream {
        let stream = record.name.withUnsafeBytes { name in
            LogStream(
                id: record.id, incarnation: record.incarnation, name: name,
                edge: record.origin.map { ForkEdge($0, source: source) },
                encoding: record.encoding, state: LogStreamState(record, runs: runs))
        }
        if let fold {
            let saved = SavedState(
                core: record.core, entries: entries, alarmMilliseconds: record.alarmMilliseconds)
            try fold.restore(saved, to: stream)
        }
        return stream
    }
}
