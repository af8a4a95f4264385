/// Someone who must know when frames become durable: an event loop's mailbox, for example.
///
/// Called on the flusher's thread, once per commit however many frames it had; it must not block
/// and must not call back into the log.
package protocol CommitListener: AnyObject, Sendable {
    /// Everything up to `lsn` is durable by the log's mode and may be shown.
    func committed(through lsn: LSN)
    /// A write or sync failed: what was staged and is not durable never will be, as far as is
    /// known.
    func poisoned()
}
