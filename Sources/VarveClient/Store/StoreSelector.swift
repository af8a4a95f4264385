import VarveConnect

/// Which keys: those that begin with a prefix and whose rest an expression finds a match in.
public struct StoreSelector: Hashable, Sendable {
    /// What the keys begin with; empty for anything.
    public var prefix: [UInt8]
    /// A regular expression in RE2's syntax over the bytes behind the prefix; empty for anything.
    public var pattern: String

    /// A selector; without arguments, of every key.
    public init(prefix: [UInt8] = [], pattern: String = "") {
        self.prefix = prefix
        self.pattern = pattern
    }

    /// The selector as it stands in a message.
    var wire: KeySelector { KeySelector(prefix: prefix, pattern: pattern) }
}
