/// The protocol's part of a stream, attached to the log's.
///
/// Thread rule: everything but `contentType` under the stream's lock.
final class StreamCell {
    /// The content type; it never changes, so it may be read without the lock.
    let contentType: ContentType
    /// The state of the protocol.
    @exclusivity(unchecked) var state: StreamState

    /// A cell for a new stream.
    init(_ creation: StreamEvent.Creation, contentType: ContentType, now: UInt64) {
        self.contentType = contentType
        state = StreamState(creation, now: now)
    }

    /// A cell for a stream whose state was saved.
    init(_ state: StreamState, contentType: ContentType) {
        self.contentType = contentType
        self.state = state
    }
}
