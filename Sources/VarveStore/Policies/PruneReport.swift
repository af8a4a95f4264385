/// What a prune did.
public struct PruneReport: Equatable, Sendable {
    /// The sequence of the newest batch whose keys it looked at.
    public var sequence: UInt64
    /// How many keys were looked at, and what became of them.
    public var counts: PruneCounts
}
