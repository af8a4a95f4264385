/// Which batches the batch log keeps; enforced after every batch. The state of the keys is not
/// touched by it.
public enum StoreRetention: Equatable, Sendable {
    /// The newest `count` batches.
    case keepLatest(count: UInt64)
    /// Batches with a sequence above `threshold`.
    case greaterThan(threshold: UInt64)
    /// Batches with a sequence of at least `threshold`.
    case greaterThanOrEqual(threshold: UInt64)
    /// No batch at all.
    case dropAll

    /// The lowest sequence that is kept when `current` is the newest one.
    public func cutoff(current: UInt64) -> UInt64 {
        let next = current == .max ? current : current + 1
        return switch self {
        case .keepLatest(let count): count > current ? 1 : next - count
        case .greaterThan(let threshold): min(threshold == .max ? .max : threshold + 1, next)
        case .greaterThanOrEqual(let threshold): min(threshold, next)
        case .dropAll: next
        }
    }
}
