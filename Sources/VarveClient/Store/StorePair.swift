/// A key with its value.
public struct StorePair: Hashable, Sendable {
    /// The key: 0 to 254 bytes.
    public var key: [UInt8]
    /// The value.
    public var value: [UInt8]

    /// A key with its value.
    public init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }

    /// A key with its value, both as the UTF-8 of a text.
    public init(_ key: String, _ value: String) {
        self.init(key: Array(key.utf8), value: Array(value.utf8))
    }
}
