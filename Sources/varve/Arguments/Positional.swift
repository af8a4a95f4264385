/// One argument of a subcommand that is known by its place.
struct Positional: Sendable {
    /// What the help calls it, in capitals.
    let name: String
    /// What it means, in a sentence without a final period.
    let summary: String
    /// Whether it may be left out. Only the last ones may.
    var isOptional = false
    /// Whether more of them may follow. Only the last one may.
    var isRepeatable = false
}
