/// Spreads operations evenly over time, or lets them begin as soon as they can.
///
/// An operation that is late keeps the moment it was due, so that its latency counts the wait: a
/// server that stalls is not excused by a load that stalls with it.
struct Pacer {
    /// Zero when there is no rate to keep.
    private let intervalNanoseconds: Double
    private var next: Double

    /// - Parameters:
    ///   - rate: operations per second, above 0; nil to let each begin as soon as it can.
    ///   - start: when the first is due, in monotonic nanoseconds.
    init(rate: Double?, start: UInt64) {
        intervalNanoseconds = rate.map { 1e9 / $0 } ?? 0
        next = Double(start)
    }

    /// When the next operation is due; nil when there is no rate to keep.
    var due: UInt64? { intervalNanoseconds > 0 ? UInt64(next) : nil }

    /// Takes the next operation, if it may begin `now`; returns when it was due.
    mutating func take(at now: UInt64) -> UInt64? {
        guard let due else { return now }
        guard now >= due else { return nil }
        next += intervalNanoseconds
        return due
    }
}
