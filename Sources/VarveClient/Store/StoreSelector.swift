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
    ///
    /// - Throws: `ClientError` of kind `invalidArgument` for a pattern that cannot be sent.
    func wire() throws(ClientError) -> KeySelector {
        try Self.check(pattern)
        return KeySelector(prefix: prefix, pattern: pattern)
    }

    /// Refuses a pattern with a NUL, which messages do not carry: `\x00` stands for one.
    static func check(_ pattern: String) throws(ClientError) {
        guard pattern.utf8.contains(0) else { return }
        throw ClientError(
            .invalidArgument, code: "invalid-pattern",
            detail: "an expression has no NUL; \\x00 stands for one", subject: "pattern")
    }
}
