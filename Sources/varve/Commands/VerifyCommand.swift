import VarveLog

/// `varve verify`: checks a log offline.
enum VerifyCommand: Command {
    private static let json = Option(
        name: "json", value: .none, summary: "Print the report as one JSON object")

    static let signature = CommandSignature(
        name: "verify", summary: "Check every header, checksum, length and hash of a log",
        discussion: [
            "Reads only and takes no lock, so it may run beside a server; what is being written at "
                + "that moment is not judged."
        ],
        positionals: [
            Positional(name: "DIR", summary: "Directory of the log (--data-dir of the server)")
        ],
        options: [VolumeOpening.keyFile, json],
        examples: [
            .init(line: "varve verify data", meaning: "each stream with its head, then all damage"),
            .init(line: "varve verify --json data", meaning: "for a script"),
        ],
        exitCodes: ["0 clean", "1 damage", "2 wrong usage, or DIR is no log that can be read"])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        let volume = try VolumeOpening.readOnly(arguments.positional(0) ?? "", arguments)
        let report: VerificationReport
        do throws(LogError) {
            report = try LogVerifier.verify(volume: volume)
        } catch {
            throw .usage(error.description)
        }
        if arguments.isOn(json) {
            try Output.line(report.json)
        } else {
            for line in report.lines { try Output.line(line) }
        }
        return report.isClean ? 0 : 1
    }
}
