import VarveLog

/// What a stream with limited retention keeps, and when that must be looked at.
///
/// Thread rule: under the stream's lock.
final class Retention {
    /// What the stream's creator asked for.
    let policy: StreamRetention
    /// When its parts were appended; empty without a limit in seconds.
    private(set) var ages: AgeIndex
    /// Where the index of retentions has the stream, under that index's lock; nil when it does not.
    var slot: Int?

    /// The retention of a stream with what was saved of it, or of a new one.
    init(_ policy: StreamRetention, ages: AgeIndex = AgeIndex()) {
        self.policy = policy
        self.ages = ages
    }

    /// Records were appended at `now`, from `start` on.
    func append(at now: UInt64, from start: StreamPosition) {
        guard let seconds = policy.seconds else { return }
        ages.append(at: min(now, Expiry.useMax), from: start, keeping: seconds)
    }

    /// Readers begin at `start` from now on; the stream ends at `tail`.
    func trim(to start: StreamPosition, tail: StreamPosition) {
        ages.trim(to: start, tail: tail)
    }

    /// What was written so far is saved.
    func forgetChanges() {
        ages.forgetChanges()
    }

    /// When something has to go from a stream of which readers see `visibleBytes`: 0 when more is
    /// there than is kept; nil when nothing will ever.
    func nextDue(visibleBytes: UInt64) -> UInt64? {
        if let bytes = policy.bytes, visibleBytes > bytes { return 0 }
        return policy.seconds.flatMap { ages.nextDue(keeping: $0) }
    }

    /// The end of what is too old at `now`; nil when nothing is.
    func firstKept(at now: UInt64, tail: StreamPosition) -> StreamPosition? {
        policy.seconds.flatMap { ages.firstKept(at: now, keeping: $0, tail: tail) }
    }

    /// The byte before which nothing is kept, whatever its age, in a stream that ends at `tail`;
    /// nil when all of it may be.
    func firstKeptByte(tail: StreamPosition) -> UInt64? {
        policy.bytes.flatMap { tail.byte > $0 ? tail.byte - $0 : nil }
    }
}
