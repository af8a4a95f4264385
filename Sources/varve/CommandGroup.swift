/// Subcommands under one word: `varve kv put`. Their names begin with that word and a space.
struct CommandGroup: Sendable {
    /// The word.
    let name: String
    /// What they are about, in one line without a final period.
    let summary: String

    /// Whether a subcommand belongs to the group.
    func has(_ signature: CommandSignature) -> Bool { signature.name.hasPrefix("\(name) ") }
}
