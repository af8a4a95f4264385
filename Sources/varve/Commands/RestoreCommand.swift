import VarveLog

/// `varve restore`: a log from a backup.
enum RestoreCommand: Command {
    static let signature = CommandSignature(
        name: "restore", summary: "Make a log from a backup, and verify it",
        discussion: [
            "Every file is compared with the backup's manifest, and the log is verified, before "
                + "DIR gets its name. DIR must not exist, or be empty. The backup stays as it is.",
            "Keys are not in a backup: put the keys that sign heads back into DIR/keys.",
        ],
        positionals: [
            Positional(name: "BACKUP", summary: "Directory that varve backup made"),
            Positional(name: "DIR", summary: "Directory to be made (--data-dir of the server)"),
        ],
        options: [VolumeOpening.keyFile, ServerAccess.json],
        examples: [
            .init(line: "varve restore /mnt/backup/monday data", meaning: "and then serve it")
        ])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        let key = try VolumeOpening.key(arguments)
        var progress = ProgressLine()
        let manifest: BackupManifest
        do throws(LogError) {
            manifest = try LogBackup.restore(
                from: arguments.positional(0) ?? "", key: key, to: arguments.positional(1) ?? ""
            ) { done, total in
                progress.show(BackupText.progress(done, of: total))
            }
        } catch {
            progress.clear()
            throw .failed(error.description)
        }
        progress.clear()
        try BackupText.show(manifest, isJSON: arguments.isOn(ServerAccess.json))
        return 0
    }
}
