/// Counts durations in buckets that grow with the duration, so that memory is fixed and every
/// quantile is within 0.8 % of the true one.
///
/// Durations below 128 ns have a bucket each; above, every power of two is divided into 128 parts.
package struct LatencyHistogram {
    /// Each power of two has 2^7 buckets.
    private static let partBits = 7
    private static let parts = 1 << partBits
    private static let bucketCount = (64 - partBits + 1) * parts

    private var buckets = [UInt64](repeating: 0, count: bucketCount)
    /// How many durations were added.
    package private(set) var count: UInt64 = 0
    /// The longest duration in nanoseconds.
    package private(set) var longest: UInt64 = 0
    private var total: Double = 0

    /// A histogram without durations.
    package init() {}

    /// Adds a duration in nanoseconds.
    package mutating func add(_ nanoseconds: UInt64) {
        buckets[Self.index(nanoseconds)] &+= 1
        count &+= 1
        longest = max(longest, nanoseconds)
        total += Double(nanoseconds)
    }

    /// The duration that the given part of all durations do not exceed, in nanoseconds; 0 when
    /// there is none.
    ///
    /// - Parameter fraction: 0...1, for example 0.99.
    package func quantile(_ fraction: Double) -> Double {
        guard count > 0 else { return 0 }
        let rank = min(UInt64(fraction * Double(count)), count - 1)
        var seen: UInt64 = 0
        for (index, inBucket) in buckets.enumerated() where inBucket > 0 {
            seen += inBucket
            if seen > rank { return min(Self.middle(index), Double(longest)) }
        }
        return Double(longest)
    }

    /// The mean in nanoseconds; 0 when there is none.
    package var mean: Double { count > 0 ? total / Double(count) : 0 }

    /// The bucket of a duration.
    private static func index(_ value: UInt64) -> Int {
        if value < UInt64(parts) { return Int(value) }
        let shift = 63 - value.leadingZeroBitCount - partBits
        return (shift + 1) << partBits | Int(value >> UInt64(shift)) & (parts - 1)
    }

    /// The middle of a bucket's range.
    private static func middle(_ index: Int) -> Double {
        if index < parts { return Double(index) }
        let shift = index >> partBits - 1
        let lower = UInt64(parts | index & (parts - 1)) << UInt64(shift)
        return Double(lower) + Double((UInt64(1) << UInt64(shift)) - 1) / 2
    }
}
