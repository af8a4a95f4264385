/// The layer above, while a log is opened: it is told every mutation again, in the order of the
/// log.
package protocol LogFold: AnyObject {
    /// Applies one mutation. The stream's state is advanced already; nothing is visible to others
    /// yet.
    ///
    /// On a create, the fold attaches its state object to the stream. Throwing ends the opening.
    func apply(_ mutation: borrowing ReplayedMutation) throws(LogError)
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
    /// True for create, close, delete, trim.
    package let isStructural: Bool
}
