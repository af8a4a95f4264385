/// How much one call of prune may ask for and keep. Beyond it, it ends with
/// `StoreError.invalidPolicy`.
public struct PruneLimits: Equatable, Sendable {
    /// The most policies of one call.
    public var policiesMax = 64
    /// The most bytes that a policy which keeps the latest keys may take to compare them: about 150
    /// for each group, and 100 for each key that may stay. Groups whose captures lie at the
    /// beginning of the keys count one after the other, for a key in order tells that those before
    /// it are over.
    public var comparedBytesMax = 256 << 20

    /// The defaults.
    public init() {}
}
