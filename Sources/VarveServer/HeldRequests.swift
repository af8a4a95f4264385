// The requests of one loop that wait: for a change of their stream to become durable, or for the
// log to take more.

import VarveLog

/// Requests to be answered later.
///
/// Thread rule: its loop only.
final class HeldRequests {
    /// Which part is overloaded.
    enum StallCause {
        /// The log.
        case log
        /// The store, or the log below it.
        case store
        /// The memory for batches that are being taken apart, of which it needs so many bytes.
        case batches(byteCount: Int)
    }

    /// A request that waits for an overloaded part.
    private struct Stalled {
        let request: HeldRequest
        /// When, on the loop's clock, it has waited long enough.
        let deadline: UInt64
        let cause: StallCause
    }

    /// The most bytes of requests that wait for an overloaded part; one that is larger waits alone.
    private static let stalledBytesMax = 64 << 20

    @exclusivity(unchecked) private var undurable: [(request: HeldRequest, until: LSN)] = []
    @exclusivity(unchecked) private var stalled: [Stalled] = []
    @exclusivity(unchecked) private var stalledBytes = 0

    /// Whether any request waits for an overloaded log.
    var hasStalled: Bool { !stalled.isEmpty }

    /// Whether a request of so many bytes may wait for an overloaded part.
    func hasRoom(for byteCount: Int) -> Bool {
        stalledBytes == 0 || stalledBytes + byteCount <= Self.stalledBytesMax
    }

    /// Keeps `request` until `lsn` is durable.
    func add(_ request: HeldRequest, until lsn: LSN) {
        undurable.append((request, lsn))
    }

    /// Keeps `request` until a `retry` at which what stalls it takes more, or at `deadline`.
    func addStalled(_ request: HeldRequest, until deadline: UInt64, _ cause: StallCause) {
        stalled.append(Stalled(request: request, deadline: deadline, cause: cause))
        stalledBytes += request.byteCount
    }

    /// Answers the requests whose change is durable; all of them when the log has failed, because
    /// then it never will be.
    func turn(durable: LSN, hasFailed: Bool) {
        guard !undurable.isEmpty else { return }
        let ripe = undurable.partition { hasFailed || $0.until <= durable }
        let ready = Array(undurable[ripe...])
        undurable.removeSubrange(ripe...)
        for (request, _) in ready { request.answer() }
    }

    /// Tries the requests again that were not taken, in the order they came; each comes back when
    /// it is not taken this time either.
    ///
    /// - Parameter isOverloaded: whether trying is of no use yet: large requests would only be
    ///   copied and taken apart again and again.
    func retry(now: UInt64, _ isOverloaded: (StallCause) -> Bool) {
        let waiting = stalled
        stalled = []
        stalledBytes = 0
        for one in waiting {
            if now < one.deadline, isOverloaded(one.cause) {
                addStalled(one.request, until: one.deadline, one.cause)
            } else {
                one.request.answer()
            }
        }
    }
}
