import VarveClient

/// `varve kv put`: writes a pair.
enum KvPutCommand: ClientCommand {
    static let signature = CommandSignature(
        name: "kv put", summary: "Write a value under a key",
        discussion: [
            "The command returns when the pair is durable, and prints the sequence of its batch.",
            PairForm.discussion,
        ],
        positionals: [
            Positional(name: "KEY", summary: "The key, of 0 to 254 bytes"),
            Positional(name: "VALUE", summary: "The value"),
        ],
        options: [
            PairForm.keyOption, PairForm.valueOption, StoreAccess.url, ServerAccess.json,
        ],
        examples: [
            .init(line: "varve kv put users/7 '{\"name\":\"Ada\"}'", meaning: "text"),
            .init(line: "varve kv put photo/7 @ada.jpg", meaning: "a file"),
            .init(
                line: "varve kv put --value-format row sales/7 '[\"books\",1250]'",
                meaning: "columns that varve kv reduce adds up"),
        ])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let form = PairForm(arguments)
        let key = try form.key(arguments.positional(0) ?? "")
        let value = try form.value(arguments.positional(1) ?? "")
        let client = try StoreAccess.client(arguments)
        let sequence = try await ServerAccess.perform { () async throws(ClientError) in
            try await client.put(key, value)
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(["sequence": sequence])
        } else {
            try Output.line("sequence \(sequence)")
        }
        return 0
    }
}
