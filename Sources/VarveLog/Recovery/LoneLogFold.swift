/// Stands for the layer above where there is none: a log that has something of one is refused,
/// since the states of its streams could neither be followed nor saved.
///
/// A stream that only this log's own calls have written has no state besides.
final class LoneLogFold: LogFold {
    func apply(_ mutation: borrowing ReplayedMutation) throws(LogError) {
        guard mutation.annotation.isEmpty else {
            throw .foreignStream(name: Self.name(of: mutation.stream))
        }
    }

    func save(_ stream: LogStream, _ scope: SavedState.Scope) -> SavedState {
        SavedState(core: [], entries: [])
    }

    func forgetChanges(of stream: LogStream) {}

    func restore(_ saved: SavedState, to stream: LogStream) throws(LogError) {
        guard saved.core.isEmpty, saved.entries.isEmpty else {
            throw .foreignStream(name: Self.name(of: stream))
        }
    }

    private static func name(of stream: LogStream) -> String {
        String(decoding: stream.nameBytes, as: UTF8.self)
    }
}
