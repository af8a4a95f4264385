/// A key of the store: 0 to 254 bytes, in the order of its bytes.
public typealias StoreKey = [UInt8]

/// A key with its value, as one call wrote it or one read returns it.
public struct StoreEntry: Equatable, Hashable, Sendable {
    /// The key; the empty one is a key like any other.
    public var key: StoreKey
    /// The value; may be empty, and is empty in a batch of deletions.
    public var value: [UInt8]

    /// An entry with these bytes.
    public init(key: StoreKey, value: [UInt8]) {
        self.key = key
        self.value = value
    }
}
