import VarveClient

/// `varve kv stats`: what the store amounts to.
enum KvStatsCommand: ClientCommand {
    private static let keys = Option(
        name: "keys", value: .none, summary: "Count the keys too: the server goes through them all")

    static let signature = CommandSignature(
        name: "kv stats", summary: "Show how far the store is, and which batches it keeps",
        options: [keys, StoreAccess.url, ServerAccess.json],
        examples: [.init(line: "varve kv stats --keys", meaning: "with the number of keys")])

    /// What `--json` prints.
    private struct Report: Encodable {
        let sequence: UInt64
        let oldestRetained: UInt64?
        let keys: UInt64?
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let client = try StoreAccess.client(arguments)
        let counts = arguments.isOn(keys)
        let report = try await ServerAccess.perform { () async throws(ClientError) in
            Report(
                sequence: try await client.currentSequence(),
                oldestRetained: try await client.oldestRetainedBatch(),
                keys: counts ? try await client.count() : nil)
        }
        guard !arguments.isOn(ServerAccess.json) else {
            try Output.json(report)
            return 0
        }
        var rows = [
            ["sequence", "\(report.sequence)"],
            ["oldest batch", report.oldestRetained.map { "\($0)" } ?? "none"],
        ]
        if let keys = report.keys { rows.append(["keys", "\(keys)"]) }
        for line in TextTable.lines(rows) { try Output.line(line) }
        return 0
    }
}
