/// All subcommands, in the order of the help.
enum CommandTable {
    /// The subcommands.
    static let commands: [any Command.Type] = [
        ServeCommand.self, CreateCommand.self, AppendCommand.self, ReadCommand.self,
        TailCommand.self, HeadCommand.self, CloseCommand.self, DeleteCommand.self, TrimCommand.self,
        RedactCommand.self, ListCommand.self, VerifyCommand.self, InspectCommand.self,
        DumpCommand.self, RepairCommand.self, BackupCommand.self, RestoreCommand.self,
        SettleCommand.self, CompactCommand.self, StatsCommand.self, KeysCommand.self,
        EncryptionKeyCommand.self, RekeyCommand.self, KvPutCommand.self, KvGetCommand.self,
        KvDeleteCommand.self, KvScanCommand.self, KvReduceCommand.self, KvBatchCommand.self,
        KvSubscribeCommand.self, KvPruneCommand.self, KvRetentionCommand.self,
        KvStatsCommand.self, BenchCommand.self, ConformanceCommand.self, VersionCommand.self,
        HelpCommand.self,
    ]

    /// The words that subcommands are grouped under.
    static let groups = [
        CommandGroup(name: "kv", summary: "The key-value store: put, get, scan, subscribe and more")
    ]

    /// Their descriptions.
    static var signatures: [CommandSignature] { commands.map { $0.signature } }

    /// The group that a word names.
    static func group(named name: String) -> CommandGroup? { groups.first { $0.name == name } }

    /// The names that one like `name` may have been meant to be, and what lists them.
    private static func siblings(of name: String) -> (names: [String], help: String) {
        guard let group = groups.first(where: { name.hasPrefix("\($0.name) ") }) else {
            let grouped = signatures.filter { signature in groups.contains { $0.has(signature) } }
            let alone = Set(signatures.map(\.name)).subtracting(grouped.map(\.name))
            return (alone.sorted() + groups.map(\.name), "varve help")
        }
        return (
            signatures.filter { group.has($0) }.map(\.name), "varve help \(group.name)"
        )
    }

    /// The subcommand of a name.
    ///
    /// - Throws: `CommandFailure.usage` that suggests the nearest.
    static func command(named name: String) throws(CommandFailure) -> any Command.Type {
        if let command = commands.first(where: { $0.signature.name == name }) { return command }
        let (known, help) = siblings(of: name)
        let hint = NearestName.hint(name, among: known)
        throw .usage("unknown command \"\(name)\"\(hint): `\(help)` lists the commands")
    }
}
