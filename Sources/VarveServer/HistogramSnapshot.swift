/// Observations sorted into buckets with fixed upper bounds, at one moment.
struct HistogramSnapshot {
    /// The upper bounds of all buckets but the last, which has none; ascending.
    let bounds: [UInt64]
    /// The observations of each bucket, not cumulated; one more than there are bounds.
    let counts: [UInt64]
    /// The sum of all observations.
    let sum: UInt64
}
