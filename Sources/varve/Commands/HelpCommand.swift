/// `varve help`: shows the help of the program or of a subcommand.
enum HelpCommand: Command {
    private static let json = Option(
        name: "json", value: .none, summary: "Describe every command and option as JSON")

    static let signature = CommandSignature(
        name: "help", summary: "Show help",
        positionals: [
            Positional(name: "COMMAND", summary: "The command to explain", isOptional: true),
            Positional(
                name: "SUBCOMMAND", summary: "The command of a group, such as kv",
                isOptional: true),
        ],
        options: [json],
        examples: [.init(line: "varve help append", meaning: "the same as varve append --help")])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        let signatures = CommandTable.signatures
        if arguments.isOn(json) {
            try Output.json(HelpDocument(signatures))
        } else if let name = arguments.positional(0) {
            if let group = CommandTable.group(named: name), arguments.positionals.count == 1 {
                try Output.line(HelpText.group(group, signatures))
                return 0
            }
            let command = try CommandTable.command(
                named: arguments.positionals.joined(separator: " "))
            try Output.line(HelpText.command(command.signature))
        } else {
            try Output.line(HelpText.program(signatures, CommandTable.groups))
        }
        return 0
    }
}
