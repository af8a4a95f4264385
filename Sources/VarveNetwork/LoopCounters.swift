// What a loop counts. Only the loop writes; any thread reads.

import Synchronization

/// The counts of one loop.
///
/// Thread rule: the loop changes them with plain loads and stores; readers see each count whole,
/// and different counts from slightly different moments.
package final class LoopCounters: Sendable {
    /// One count.
    package struct Count: ~Copyable, Sendable {
        private let cell = Atomic<Int>(0)

        init() {}

        /// The count; on any thread.
        package var value: Int { cell.load(ordering: .relaxed) }

        /// Adds; on the loop only.
        @inline(__always)
        func add(_ amount: Int = 1) {
            cell.store(cell.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
        }
    }

    /// Connections that are open now.
    package let connections = Count()
    /// Connections taken since the start.
    package let accepted = Count()
    /// Connections answered with 503 or closed at once, because there were too many.
    package let refused = Count()
    /// Requests handled.
    package let requests = Count()
    /// Requests the network refused by itself.
    package let refusals = Count()
    /// Parked requests and open streams now.
    package let parked = Count()
    /// Responses that wait for their gate now.
    package let gated = Count()
    /// Requests of which a part has arrived and the rest has not.
    package let incomplete = Count()
    /// Connections that are being closed and wait for the client's end.
    package let lingering = Count()
    /// Bytes received.
    package let bytesReceived = Count()
    /// Bytes sent.
    package let bytesSent = Count()
    /// Turns of the loop.
    package let turns = Count()
}
