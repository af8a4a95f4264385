/// What a planner did with the keys of its prefix.
public struct PruneCounts: Equatable, Hashable, Sendable {
    /// How many keys were looked at.
    public var scanned: UInt64 = 0
    /// How many of them the pattern did not match; left alone.
    public var unmatched: UInt64 = 0
    /// How many had no bytes for one of the capture groups to group by; left alone.
    public var withoutGroup: UInt64 = 0
    /// How many had no bytes for the capture group to order by, or not the 8 of a number; left
    /// alone.
    public var withoutOrder: UInt64 = 0
    /// How many go.
    public var removed: UInt64 = 0

    /// No key yet.
    public init() {}

    /// Adds those of another policy.
    public mutating func add(_ other: PruneCounts) {
        scanned += other.scanned
        unmatched += other.unmatched
        withoutGroup += other.withoutGroup
        withoutOrder += other.withoutOrder
        removed += other.removed
    }
}
