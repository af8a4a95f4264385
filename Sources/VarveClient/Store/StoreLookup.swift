/// What was found under a key.
public struct StoreLookup: Hashable, Sendable {
    /// The key.
    public let key: [UInt8]
    /// The value; nil when the key is not there.
    public let value: [UInt8]?
    /// The sequence of the last batch that the answer could see.
    public let sequence: UInt64
}
