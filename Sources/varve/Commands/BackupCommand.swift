import VarveClient
import VarveLog
import VarvePlatform

/// `varve backup`: a copy of a log, of one that is open by its server, of another one offline.
enum BackupCommand: ClientCommand {
    private static let name = Option(
        name: "name", value: .text(placeholder: "NAME"),
        summary: "Have the server make a backup of this name in its --backup-dir")

    static let signature = CommandSignature(
        name: "backup", summary: "Make a consistent, verified copy of a log",
        discussion: [
            "With --name a server makes the copy beside its traffic: everything acknowledged "
                + "before is in it. "
                + "With DIR and TO the copy is made here, of a directory that no server "
                + "has open.",
            "Segments are shared by links on the same file system, so a copy there costs little, "
                + "and protects against mistakes, not against the loss of the disk. The copy "
                + "has a manifest with the hash of every file and the heads of all streams; it is "
                + "used by varve restore. Keys are not copied: keep them elsewhere.",
        ],
        positionals: [
            Positional(name: "DIR", summary: "Directory of a log", isOptional: true),
            Positional(
                name: "TO", summary: "Directory to be made for the backup", isOptional: true),
        ],
        options: [name, ServerAccess.url, VolumeOpening.keyFile, ServerAccess.json],
        examples: [
            .init(
                line: "varve backup --name monday --url http://127.0.0.1:4437/v1/stream",
                meaning: "by the server, into its --backup-dir"),
            .init(line: "varve backup data /mnt/backup/monday", meaning: "of a stopped server"),
        ])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let isJSON = arguments.isOn(ServerAccess.json)
        if let name = arguments.text(name) {
            guard arguments.positional(0) == nil else {
                throw .usage("--name and DIR exclude each other")
            }
            let client = try ServerAccess.client(arguments)
            let receipt = try await ServerAccess.perform { () async throws(ClientError) in
                try await client.backup(name: name)
            }
            if isJSON {
                try Output.json(receipt)
            } else {
                try Output.line(
                    BackupText.line(
                        files: receipt.files, bytes: receipt.bytes, streams: receipt.streams,
                        lastLSN: receipt.lastLSN, damages: receipt.damages))
            }
            return receipt.damages == 0 ? 0 : 1
        }
        guard let directory = arguments.positional(0), let target = arguments.positional(1) else {
            throw .usage("expected --name NAME, or DIR and TO")
        }
        return try copy(directory, to: target, arguments, isJSON: isJSON)
    }

    private static func copy(
        _ directory: String, to target: String, _ arguments: ParsedArguments, isJSON: Bool
    ) throws(CommandFailure) -> Int32 {
        let key = try VolumeOpening.key(arguments)
        var progress = ProgressLine()
        let manifest: BackupManifest
        do throws(LogError) {
            manifest = try LogBackup.copy(
                directory: directory, key: key, to: target,
                wallMilliseconds: SystemClock().wallMilliseconds()
            ) { done, total in
                progress.show(BackupText.progress(done, of: total))
            }
        } catch {
            progress.clear()
            throw .failed(error.description)
        }
        progress.clear()
        try BackupText.show(manifest, isJSON: isJSON)
        return manifest.damageCount == 0 ? 0 : 1
    }
}
