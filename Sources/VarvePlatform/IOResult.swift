/// What a transfer on a nonblocking descriptor came to.
package enum IOResult: Equatable, Sendable {
    /// This many bytes were moved; at least one.
    case bytes(Int)
    /// Nothing can be moved now; the poller says when.
    case wouldBlock
    /// The peer has closed its side: no more bytes will come.
    case closed
    /// The connection is broken, with this error number.
    case failed(Int32)
}
