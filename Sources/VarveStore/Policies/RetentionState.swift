/// The rule by which batches are kept, and below which sequence they were dropped for good.
struct RetentionState: Equatable, Sendable {
    /// The rule; nil keeps all.
    var retention: StoreRetention?
    /// The lowest sequence that rules of the past have kept.
    var floor: UInt64 = 1

    /// The lowest sequence that is kept when `current` is the newest one.
    func cutoff(current: UInt64) -> UInt64 {
        max(floor, retention?.cutoff(current: current) ?? 1)
    }
}
