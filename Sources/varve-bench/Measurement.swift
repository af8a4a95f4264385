import VarvePlatform

/// Times of single operations, and what they amount to.
struct Measurement {
    private var nanoseconds: [UInt64] = []
    private let clock = SystemClock()
    private let start: UInt64

    /// Begins now.
    init() {
        start = clock.monotonicNanoseconds()
        nanoseconds.reserveCapacity(1 << 20)
    }

    /// Seconds since the beginning.
    var elapsedSeconds: Double {
        Double(clock.monotonicNanoseconds() - start) / 1e9
    }

    /// Seconds that the operations took.
    var timedSeconds: Double { Double(nanoseconds.reduce(0, +)) / 1e9 }

    /// How many operations were timed.
    var count: Int { nanoseconds.count }

    /// Runs and times one operation.
    mutating func time<R>(_ body: () throws -> R) rethrows -> R {
        let before = clock.monotonicNanoseconds()
        let result = try body()
        nanoseconds.append(clock.monotonicNanoseconds() - before)
        return result
    }

    /// The time below which `share` of the operations stayed, in microseconds.
    func microseconds(at share: Double) -> Double {
        guard !nanoseconds.isEmpty else { return 0 }
        let sorted = nanoseconds.sorted()
        return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000
    }
}
