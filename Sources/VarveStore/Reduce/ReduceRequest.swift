/// A reduction over the keys of a range.
public struct ReduceRequest: Equatable, Hashable, Sendable {
    /// The first key, included.
    public var from: StoreKey
    /// The last key, included; empty for no end.
    public var through: StoreKey
    /// What is computed.
    public var parameters: ReduceParameters

    /// A reduction over the keys from `from` up to `through`.
    public init(from: StoreKey, through: StoreKey, parameters: ReduceParameters) {
        self.from = from
        self.through = through
        self.parameters = parameters
    }
}
