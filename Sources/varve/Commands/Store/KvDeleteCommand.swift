import VarveClient

/// `varve kv delete`: deletes keys.
enum KvDeleteCommand: ClientCommand {
    static let signature = CommandSignature(
        name: "kv delete", summary: "Delete keys, all of them in one batch",
        discussion: [
            "Keys that are not there are no error. The command returns when the deletion is "
                + "durable, and prints the sequence of its batch.",
            PairForm.discussion,
        ],
        positionals: [Positional(name: "KEY", summary: "A key", isRepeatable: true)],
        options: [PairForm.keyOption, StoreAccess.url, ServerAccess.json],
        examples: [.init(line: "varve kv delete users/7 photo/7", meaning: "both, or neither")])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let form = PairForm(arguments)
        var keys: [[UInt8]] = []
        for word in arguments.positionals { keys.append(try form.key(word)) }
        let client = try StoreAccess.client(arguments)
        let sequence = try await ServerAccess.perform { [keys] () async throws(ClientError) in
            try await client.delete(keys)
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(["sequence": sequence])
        } else {
            try Output.line("sequence \(sequence)")
        }
        return 0
    }
}
