extension StreamClient {
    /// Follows a stream: everything from `offset` to the tail, then whatever is appended.
    ///
    /// Each element has content, or closes the stream; none is given twice and none is left out,
    /// across broken connections and restarts of the server. The sequence ends after the batch
    /// that closes the stream. Nothing is fetched before it is asked for, and at most
    /// `FollowOptions.bufferBytesMax` bytes wait for a slow consumer.
    ///
    /// - Parameter offset: `now` follows from the tail at the moment of the first answer.
    /// - Returns: a sequence that throws `ClientError`: one that another attempt would not mend, or
    ///   the last one when `FollowOptions.retry` gives up.
    public func follow(
        _ name: String, from offset: StreamOffset = .start,
        options: FollowOptions = FollowOptions()
    ) -> AsyncThrowingStream<StreamBatch, any Error> {
        let follower = StreamFollower(client: self, name: name, from: offset, options: options)
        return AsyncThrowingStream { try await follower.next() }
    }
}
