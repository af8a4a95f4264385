package import VarveLog

/// Someone who wants to know that a watched stream changed: an event loop with its subscribers.
package protocol StreamListener: AnyObject, Sendable {
    /// `stream` was appended to, closed or deleted at `lsn`, which may not be durable yet.
    ///
    /// Called under the stream's lock by whoever changes it, so it only takes a note and returns.
    /// Not called again before the stream is watched again.
    func changed(_ stream: Stream, at lsn: LSN)
}
