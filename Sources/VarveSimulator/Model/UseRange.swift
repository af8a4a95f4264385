import VarveStreams

/// What is known of when a stream with a limited lifetime was last used, and so of when it ends.
struct UseRange {
    /// Whether the stream's time is over.
    enum Life {
        /// It must be there.
        case alive
        /// It must not be there.
        case over
        /// Either is right: a restart may have given it some slack.
        case either
    }

    /// The last use that was acknowledged.
    private var lower: UInt64
    /// The last use that may have counted.
    private var upper: UInt64

    /// A stream created at `time`, which has not been acknowledged.
    init(_ time: UInt64) {
        lower = 0
        upper = time
    }

    /// A use that may have counted.
    mutating func mayHaveBeenUsed(at time: UInt64) {
        upper = max(upper, time)
    }

    /// A use that was acknowledged.
    mutating func wasUsed(at time: UInt64) {
        lower = max(lower, time)
        upper = max(upper, time)
    }

    /// Acknowledged uses may have been lost, as weak durability allows.
    mutating func forget() {
        lower = 0
    }

    /// Whether a stream of that lifetime is there at `now`.
    func life(_ lifetime: StreamLifetime, at now: UInt64) -> Life {
        switch lifetime {
        case .unlimited: return .alive
        case .absolute(let milliseconds): return milliseconds <= now ? .over : .alive
        case .sliding(let seconds):
            let window = seconds * 1000
            if now < lower + window { return .alive }
            return now >= upper + window + Self.slack(seconds) ? .over : .either
        }
    }

    /// How much longer than its window a stream may live after a restart (docs/protocol.md).
    static func slack(_ seconds: UInt64) -> UInt64 { max(1000, seconds * 1000 / 16) }
}
