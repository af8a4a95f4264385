import VarveLog

/// `varve rekey`: brings a log that no server has open under another key.
enum RekeyCommand: Command {
    private static let newKeyFile = Option(
        name: "new-key-file", value: .text(placeholder: "FILE"),
        summary: "File with the new key; mode 0600")
    private static let plain = Option(
        name: "plain", value: .none, summary: "Leave the log without encryption")
    private static let json = Option(
        name: "json", value: .none, summary: "Print the report as one JSON object")

    static let signature = CommandSignature(
        name: "rekey", summary: "Encrypt a log, change its key, or decrypt it",
        discussion: [
            "Without --encryption-key-file the log is plain now. Every file is written anew below "
                + "DIR, so the disk needs room for the log twice; the new files are checked "
                + "against the old ones before they take their places.",
            "Offline: no server may have the log open. When it is interrupted, the log is as it "
                + "was, or is refused by all other commands until this one is run with the same "
                + "keys again.",
            "The old files are removed, not overwritten: what a disk keeps of removed files is "
                + "readable with the old key, or without one.",
        ],
        positionals: [
            Positional(name: "DIR", summary: "Directory of the log (--data-dir of the server)")
        ],
        options: [VolumeOpening.keyFile, newKeyFile, plain, json],
        examples: [
            .init(
                line: "varve rekey data --new-key-file varve.key",
                meaning: "encrypts a plain log"),
            .init(
                line: "varve rekey data --encryption-key-file old.key --new-key-file varve.key",
                meaning: "changes the key"),
            .init(
                line: "varve rekey data --encryption-key-file varve.key --plain",
                meaning: "decrypts it"),
        ],
        exitCodes: ["0 success", "1 failure", "2 wrong usage, or DIR is no log that can be read"])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        guard arguments.isGiven(newKeyFile) != arguments.isOn(plain) else {
            throw .usage("rekey: expected one of --new-key-file FILE and --plain")
        }
        let oldKey = try VolumeOpening.key(arguments)
        let newKey = try VolumeOpening.key(arguments, newKeyFile)
        guard oldKey != nil || newKey != nil else {
            throw .usage("rekey: --plain needs --encryption-key-file, the log's key now")
        }
        let files = try VolumeOpening.files(arguments.positional(0) ?? "")
        let line = RekeyProgress()
        defer { line.clear() }
        do throws(LogError) {
            let report = try Rekeying(files, from: oldKey, to: newKey) { line.show($0) }.run()
            line.clear()
            try print(report, arguments.isOn(json))
        } catch {
            throw .failed("\(error)")
        }
        return 0
    }

    /// What the log holds now.
    private static func print(
        _ report: VerificationReport, _ isJSON: Bool
    ) throws(LogError) {
        do throws(CommandFailure) {
            if isJSON {
                try Output.line(report.json)
            } else if let last = report.lines.last {
                try Output.line(last)
            }
        } catch {
            throw .io(message: error.message)
        }
    }
}
