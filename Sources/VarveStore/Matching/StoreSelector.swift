/// What chooses keys: a prefix, and a pattern for what follows it.
public struct StoreSelector: Equatable, Hashable, Sendable {
    /// How the key begins; empty for every key.
    public var prefix: [UInt8]
    /// A regular expression in the rest of the key, found anywhere in it; nil for any rest.
    public var pattern: String?

    /// A selector with these parts.
    public init(prefix: [UInt8] = [], pattern: String? = nil) {
        self.prefix = prefix
        self.pattern = pattern
    }
}
