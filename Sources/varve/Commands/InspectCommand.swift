import VarveLog

/// `varve inspect`: shows what a log's files hold.
enum InspectCommand: Command {
    private static let json = Option(
        name: "json", value: .none, summary: "Print one JSON object a line for each thing found")

    static let signature = CommandSignature(
        name: "inspect", summary: "Show the files, groups and frames of a log",
        discussion: [
            "Positions are bytes in the file, as docs/format.md names them. Reads only and takes "
                + "no lock. Whether the log is damaged is the question of varve verify."
        ],
        positionals: [
            Positional(name: "DIR", summary: "Directory of the log (--data-dir of the server)")
        ],
        options: [VolumeOpening.keyFile, json],
        examples: [
            .init(line: "varve inspect data", meaning: "everything, in the order of the log"),
            .init(
                line: "varve inspect --json data | jq 'select(.type == \"frame\")'",
                meaning: "only frames"),
        ],
        exitCodes: ["0 success", "1 failure", "2 wrong usage, or DIR is no log that can be read"])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        try InspectionOutput.run(
            try VolumeOpening.readOnly(arguments.positional(0) ?? "", arguments),
            options: InspectionOptions(), isJSON: arguments.isOn(json))
    }
}
