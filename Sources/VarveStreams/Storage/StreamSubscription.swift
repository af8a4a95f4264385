/// Someone's wish to hear of a stream's changes; it ends with `cancel`, or when nobody keeps it.
///
/// Thread rule: any thread.
public final class StreamSubscription: Sendable {
    private let feed: ChangeFeed
    private let stream: Stream
    private let number: UInt64

    init(feed: ChangeFeed, stream: Stream, number: UInt64) {
        self.feed = feed
        self.stream = stream
        self.number = number
    }

    deinit {
        cancel()
    }

    /// Ends the subscription; a call that is under way is not waited for.
    public func cancel() {
        feed.remove(number, from: stream)
    }
}
