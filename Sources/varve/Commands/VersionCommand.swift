/// `varve version`: tells what this program is.
enum VersionCommand: Command {
    static let signature = CommandSignature(
        name: "version", summary: "Show the version", options: [ServerAccess.json],
        examples: [.init(line: "varve version", meaning: "the version and the protocol's")])

    /// What `--json` prints.
    private struct Report: Encodable {
        let version: String
        let `protocol`: String
    }

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        if arguments.isOn(ServerAccess.json) {
            try Output.json(Report(version: Version.number, protocol: Version.dialect))
        } else {
            try Output.line("varve \(Version.number) (\(Version.dialect))")
        }
        return 0
    }
}
