import VarveConnect

/// Stands for a batch, or for what a subscription chose of one: equal when the entries are.
struct BatchDigest: Hashable, Sendable {
    private let isDeletion: Bool
    private let count: Int
    private let hash: Int

    /// The digest of entries in their order.
    init(_ entries: [KeyValue], isDeletion: Bool) {
        var hasher = Hasher()
        for entry in entries {
            for bytes in [entry.key, entry.value] {
                hasher.combine(bytes.count)
                bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
            }
        }
        self.isDeletion = isDeletion
        count = entries.count
        hash = hasher.finalize()
    }

    /// The digest of all that a batch has.
    init(_ plan: BatchPlan) {
        self.init(plan.entries, isDeletion: plan.isDeletion)
    }
}
