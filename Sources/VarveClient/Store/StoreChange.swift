import VarveConnect

/// A batch of the store, or what a subscription chose of one.
public struct StoreChange: Hashable, Sendable {
    /// The batch's sequence.
    public let sequence: UInt64
    /// Whether the batch deletes: then the values are empty.
    public let isDeletion: Bool
    /// The pairs in the order they were written, repetitions kept. Empty in a sign of life: the
    /// subscription has seen everything through `sequence`.
    public let pairs: [StorePair]

    /// The change in an answer.
    init(_ response: BatchResponse) {
        sequence = response.sequence
        isDeletion = response.isDeletion
        pairs = response.entries.map { StorePair(key: $0.key, value: $0.value) }
    }
}
