/// What a run counts. Only what ends while `isMeasuring` is counted, except where noted.
final class LoadStatistics {
    /// Whether the warm-up is over and the time is not.
    var isMeasuring = false
    /// The latency of the measured operations.
    @exclusivity(unchecked) var latency = LatencyHistogram()
    /// In the live modes the latency of the appends.
    @exclusivity(unchecked) var appendLatency = LatencyHistogram()
    /// How many measured operations succeeded.
    @exclusivity(unchecked) var operations: UInt64 = 0
    /// The bytes of content that were read or appended by them.
    @exclusivity(unchecked) var contentBytes: UInt64 = 0
    /// Answers that are errors, by status.
    var refusals: [Int: Int] = [:]
    /// Connections that broke, in the whole run.
    var brokenConnections = 0

    /// Counts an answer to a measured operation.
    func count(_ status: Int, since start: UInt64, now: UInt64, bytes: Int) {
        guard isMeasuring else { return }
        guard (200..<300).contains(status) else {
            refusals[status, default: 0] += 1
            return
        }
        operations &+= 1
        contentBytes &+= UInt64(bytes)
        latency.add(now > start ? now - start : 0)
    }
}
