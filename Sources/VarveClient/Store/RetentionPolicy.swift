import VarveConnect

/// What stays: of the log of batches by their sequences, or of a group of keys by their order.
public enum RetentionPolicy: Hashable, Sendable {
    /// The newest, so many.
    case latest(UInt64)
    /// What is above a number.
    case above(UInt64)
    /// What is at a number or above.
    case from(UInt64)
    /// Nothing.
    case nothing

    /// The policy as it stands in a message.
    var wire: RetentionRule {
        switch self {
        case .latest(let count): .keepLatest(count: count)
        case .above(let threshold): .greaterThan(threshold: threshold)
        case .from(let threshold): .greaterThanOrEqual(threshold: threshold)
        case .nothing: .dropAll
        }
    }
}
