/// The description of a subcommand: what it takes, what it does, how it is used.
struct CommandSignature: Sendable {
    /// An example for the help.
    struct Example: Sendable {
        /// The line to type.
        let line: String
        /// What it does, in a few words.
        let meaning: String
    }

    /// The subcommand's name.
    let name: String
    /// What it does, in one line without a final period.
    let summary: String
    /// What a user must know beyond the summary, as paragraphs.
    var discussion: [String] = []
    /// The arguments known by their place.
    var positionals: [Positional] = []
    /// The options, in the order of the help, without `--help`.
    var options: [Option] = []
    /// At least one example.
    var examples: [Example]
    /// What the exit codes mean where it is more than 0 success, 1 failure, 2 usage.
    var exitCodes: [String] = []

    /// Every subcommand has it.
    static let help = Option(
        name: "help", value: .none, summary: "Show this help and exit", letter: "h")

    /// The options with `--help`.
    var allOptions: [Option] { options + [Self.help] }

    /// The option of a name.
    func option(named name: String) -> Option? { allOptions.first { $0.name == name } }
}
