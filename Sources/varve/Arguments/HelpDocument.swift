/// The signatures as JSON, for scripts and for the test that compares the documentation with them.
struct HelpDocument: Encodable {
    /// A subcommand.
    struct Command: Encodable {
        let name: String
        let summary: String
        let usage: String
        let arguments: [Argument]
        let options: [Flag]
    }

    /// An argument known by its place.
    struct Argument: Encodable {
        let name: String
        let summary: String
        let optional: Bool
    }

    /// An option.
    struct Flag: Encodable {
        let name: String
        let value: String?
        let `default`: String?
        let summary: String
        let repeatable: Bool
        let environment: String?
        let configurationKey: String?
    }

    let commands: [Command]

    init(_ signatures: [CommandSignature]) {
        commands = signatures.map { signature in
            Command(
                name: signature.name, summary: signature.summary,
                usage: HelpText.usageLine(signature),
                arguments: signature.positionals.map {
                    Argument(name: $0.name, summary: $0.summary, optional: $0.isOptional)
                },
                options: signature.allOptions.map { option in
                    Flag(
                        name: option.name, value: option.placeholder, default: option.standard,
                        summary: option.summary, repeatable: option.isRepeatable,
                        environment: option.isInEnvironment ? option.variable : nil,
                        configurationKey: option.isInFile ? option.name : nil)
                })
        }
    }
}
