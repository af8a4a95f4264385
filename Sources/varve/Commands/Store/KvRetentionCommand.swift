import VarveClient

/// `varve kv retention`: sets which batches are kept.
enum KvRetentionCommand: ClientCommand {
    private static let keepAll = Option(
        name: "keep-all", value: .none, summary: "Keep every batch that comes from now on")

    static let signature = CommandSignature(
        name: "kv retention", summary: "Set which batches the store keeps",
        discussion: [
            "The policy is durable and holds after every batch. Batches that it drops are gone for "
                + "subscriptions and for reads of batches; the values of keys stay."
        ],
        options: RetainOptions.all + [keepAll, StoreAccess.url, ServerAccess.json],
        examples: [
            .init(line: "varve kv retention --keep-latest 100000", meaning: "the newest batches"),
            .init(line: "varve kv retention --keep-all", meaning: "no policy any more"),
        ])

    /// What `--json` prints.
    private struct Report: Encodable {
        let oldestRetained: UInt64?
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let policy = try RetainOptions.policy(arguments)
        guard (policy == nil) == arguments.isOn(keepAll) else {
            let names = (RetainOptions.all + [keepAll]).map { "--\($0.name)" }
            throw .usage("expected one of \(names.joined(separator: ", "))")
        }
        let client = try StoreAccess.client(arguments)
        let oldest = try await ServerAccess.perform { () async throws(ClientError) in
            try await client.setRetention(policy)
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(Report(oldestRetained: oldest))
        } else {
            try Output.line(oldest.map { "oldest batch \($0)" } ?? "no batch is kept")
        }
        return 0
    }
}
