/// Spreads operations evenly over time.
///
/// An operation that is late keeps the moment it was due, so that its latency counts the wait: a
/// server that stalls is not excused by a load that stalls with it.
struct Pacer {
    private let intervalNanoseconds: Double
    private var next: Double

    /// - Parameters:
    ///   - rate: operations per second, above 0.
    ///   - start: when the first is due, in monotonic nanoseconds.
    init(rate: Double, start: UInt64) {
        intervalNanoseconds = 1e9 / rate
        next = Double(start)
    }

    /// When the next operation is due.
    var due: UInt64 { UInt64(next) }

    /// Whether the next operation is due.
    func isDue(_ now: UInt64) -> Bool { now >= due }

    /// Takes the next operation; returns when it was due.
    mutating func take() -> UInt64 {
        let taken = due
        next += intervalNanoseconds
        return taken
    }
}
