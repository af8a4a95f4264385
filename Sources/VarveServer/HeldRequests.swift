// The requests of one loop that wait: for a change of their stream to become durable, or for the
// log to take more.

import VarveLog

/// Requests to be answered later.
///
/// Thread rule: its loop only.
final class HeldRequests {
    /// The most bytes of requests that wait for an overloaded log.
    private static let stalledBytesMax = 64 << 20

    @exclusivity(unchecked) private var undurable: [(request: HeldRequest, until: LSN)] = []
    @exclusivity(unchecked) private var stalled: [HeldRequest] = []
    @exclusivity(unchecked) private var stalledBytes = 0

    /// Whether any request waits for an overloaded log.
    var hasStalled: Bool { !stalled.isEmpty }

    /// Whether a request of so many bytes may wait for an overloaded log.
    func hasRoom(for byteCount: Int) -> Bool {
        stalledBytes + byteCount <= Self.stalledBytesMax
    }

    /// Keeps `request` until `lsn` is durable.
    func add(_ request: HeldRequest, until lsn: LSN) {
        undurable.append((request, lsn))
    }

    /// Keeps `request` until the next `retry`.
    func addStalled(_ request: HeldRequest) {
        stalled.append(request)
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

    /// Tries the requests again that the log did not take, in the order they came; each comes back
    /// when it is not taken this time either.
    func retry() {
        let trying = stalled
        stalled = []
        stalledBytes = 0
        for request in trying { request.answer() }
    }
}
