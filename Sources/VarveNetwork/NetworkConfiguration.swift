// Every limit and time of the network layer, in one place.

package import VarveHTTP

/// The limits and times of the event loops. All loops of a group share one configuration; limits
/// that count things are for the whole group and divided among its loops.
package struct NetworkConfiguration: Sendable {
    /// The number of event loops; at least 1.
    package var loops = 1
    /// The limits of a request head.
    package var head = HeadLimits()
    /// The largest request body in bytes, without chunking; over it: 413.
    package var bodyBytesMax = 64 << 20
    /// The largest body of the requests that the handler says take large ones; of no use below
    /// `bodyBytesMax`.
    package var largeBodyBytesMax = 0
    /// The most bytes of a refused body that are read and dropped so that the client sees the
    /// answer. A body that is longer by no more leaves the connection usable.
    package var discardBytesMax = 64 << 20
    /// The most bytes of requests that have arrived in part; the client whose body would go over
    /// it is answered with 503. One body of the largest size always fits.
    package var inputBytesMax = 512 << 20
    /// The most unsent bytes of one connection. Beyond it no further request is parsed and
    /// nothing is written to a stream.
    package var outputBytesMax = 1 << 20
    /// The most responses of one connection that wait for their gate.
    package var gatedResponsesMax = 1024
    /// The most connections; further ones are answered with 503 and closed.
    package var connectionsMax = 16_384
    /// The most parked requests and open streams.
    package var parkedMax = 16_384
    /// Bodies of at most this many bytes are copied into the output instead of being pinned.
    package var copiedBodyBytesMax = 16 << 10
    /// What the kernel may queue for a client on the same machine that is sent files, as the option
    /// SO_SNDBUF counts; 0 leaves it to the kernel, which queues so much that every packet costs
    /// both sides a wake-up (`docs/decisions/sendfile.md`).
    package var localQueueBytes: Int32 = 128 << 10

    /// How long a kept-alive connection may be silent between requests.
    package var idleMilliseconds: UInt64 = 75_000
    /// How long a head may take from its first byte to its last; then 408.
    package var headMilliseconds: UInt64 = 10_000
    /// The window in which a body must make progress.
    package var bodyWindowMilliseconds: UInt64 = 5_000
    /// The least bytes of a body that must arrive in every window; then 408.
    package var bodyBytesPerWindowMin = 5 * 1024
    /// How long a client may take nothing of a response before its connection is closed.
    package var stallMilliseconds: UInt64 = 30_000
    /// How long pinned memory may wait for a slow client before it is copied and unpinned.
    package var pinMilliseconds: UInt64 = 250
    /// How long a connection that is being closed goes on reading, so that its last answer is not
    /// destroyed by a reset.
    package var lingerMilliseconds: UInt64 = 2_000

    /// The defaults.
    package init() {}
}
