/// All subcommands, in the order of the help.
enum CommandTable {
    /// The subcommands.
    static let commands: [any Command.Type] = [
        ServeCommand.self, CreateCommand.self, AppendCommand.self, ReadCommand.self,
        TailCommand.self, HeadCommand.self, CloseCommand.self, DeleteCommand.self, TrimCommand.self,
        RedactCommand.self, ListCommand.self, VerifyCommand.self, InspectCommand.self,
        DumpCommand.self, RepairCommand.self, BackupCommand.self, RestoreCommand.self,
        SettleCommand.self, CompactCommand.self, StatsCommand.self, KeysCommand.self,
        EncryptionKeyCommand.self, RekeyCommand.self, BenchCommand.self, ConformanceCommand.self,
        VersionCommand.self, HelpCommand.self,
    ]

    /// Their descriptions.
    static var signatures: [CommandSignature] { commands.map { $0.signature } }

    /// The subcommand of a name.
    ///
    /// - Throws: `CommandFailure.usage` that suggests the nearest.
    static func command(named name: String) throws(CommandFailure) -> any Command.Type {
        if let command = commands.first(where: { $0.signature.name == name }) { return command }
        let hint = NearestName.hint(name, among: signatures.map(\.name))
        throw .usage("unknown command \"\(name)\"\(hint): `varve help` lists the commands")
    }
}
