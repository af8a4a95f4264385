/// The layer above, where streams are rebuilt: it is told their mutations again, in the order of
/// the log, and can turn a stream's state into bytes and back.
///
/// Thread rule: any thread, for several streams at once; the caller has the stream it passes to
/// itself, either because nobody else knows of it or, to save it, because it holds the stream's
/// lock. Nothing reads a clock or tells anyone: what comes out follows from what went in.
package protocol LogFold: AnyObject, Sendable {
    /// Applies one mutation. The stream's state is advanced already; nothing is visible to others
    /// yet.
    ///
    /// On a create, the fold attaches its state object to the stream. Throwing ends the opening.
    func apply(_ mutation: borrowing ReplayedMutation) throws(LogError)

    /// The state of `stream` as bytes. Changes nothing.
    /// - Throws: `corruption` when the stream has no state.
    func save(_ stream: LogStream, _ scope: SavedState.Scope) throws(LogError) -> SavedState

    /// What `save` gave as changes of `stream` is kept: only what comes after it is one from now
    /// on.
    func forgetChanges(of stream: LogStream)

    /// Attaches to `stream`, which has no state object yet, the state that was saved with
    /// everything. What it makes of later mutations is what the stream would that was saved.
    /// - Throws: `corruption` when the bytes are not such a state.
    func restore(_ saved: SavedState, to stream: LogStream) throws(LogError)

    /// A stream was restored and is among those of the log again: not one that is restored for the
    /// log's own use. Others may use it already.
    func loaded(_ stream: LogStream)

    /// A stream that nobody uses is about to leave memory, and can be restored from what was saved;
    /// false when it must not, because it knows something that is not saved.
    ///
    /// Called with a lock of the log held: it must not call the log.
    func release(_ stream: LogStream) -> Bool
}

extension LogFold {
    /// The whole state of `stream` as bytes.
    package func save(_ stream: LogStream) throws(LogError) -> SavedState {
        try save(stream, .everything)
    }

    /// Nothing is to be done.
    package func loaded(_ stream: LogStream) {}

    /// Every stream may go.
    package func release(_ stream: LogStream) -> Bool { true }
}

/// One mutation as the journal has it.
package struct ReplayedMutation {
    /// The LSN of the last frame of its set.
    package let lsn: LSN
    /// What it does.
    package let kind: FrameKind
    /// The stream, its state advanced.
    package let stream: LogStream
    /// The upper layer's event, valid for the call.
    package let annotation: UnsafeRawBufferPointer
    /// The frames' time.
    package let wallMilliseconds: UInt64
    /// Where the stream ended before.
    package let start: StreamPosition
    /// Where it ends after.
    package let end: StreamPosition
    /// True when a close record is among its records.
    package let closes: Bool
    /// Where the stream begins for its readers from now on; nil when it is not trimmed.
    package let visible: VisibleStart?
    /// True for create, close, delete, trim.
    package let isStructural: Bool
}
