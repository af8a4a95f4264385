/// The layer above as it hears of the streams that are everybody's, and of no reserved one.
///
/// A reserved stream has no state but what the log itself knows.
final class OpenStreamsFold: LogFold {
    private let base: any LogFold

    /// Passes on to `base` what is not about reserved streams.
    init(_ base: any LogFold) {
        self.base = base
    }

    func apply(_ mutation: borrowing ReplayedMutation) throws(LogError) {
        if !mutation.stream.isReserved { try base.apply(mutation) }
    }

    func save(_ stream: LogStream, _ scope: SavedState.Scope) throws(LogError) -> SavedState {
        if stream.isReserved { return SavedState(core: [], entries: []) }
        return try base.save(stream, scope)
    }

    func forgetChanges(of stream: LogStream) {
        if !stream.isReserved { base.forgetChanges(of: stream) }
    }

    func restore(_ saved: SavedState, to stream: LogStream) throws(LogError) {
        if !stream.isReserved { try base.restore(saved, to: stream) }
    }

    func loaded(_ stream: LogStream) {
        if !stream.isReserved { base.loaded(stream) }
    }

    func release(_ stream: LogStream) -> Bool {
        stream.isReserved || base.release(stream)
    }
}
