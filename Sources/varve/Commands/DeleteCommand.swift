import VarveClient

/// `varve delete`: removes a stream.
enum DeleteCommand: ClientCommand {
    static let signature = CommandSignature(
        name: "delete", summary: "Delete a stream and its content",
        discussion: [
            "The name is free at once; a stream created under it shows nothing of this one."
        ],
        positionals: [ServerAccess.stream], options: [ServerAccess.url, ServerAccess.json],
        examples: [.init(line: "varve delete orders", meaning: "durably gone when it returns")])

    /// What `--json` prints.
    private struct Report: Encodable {
        let stream: String
        let deleted: Bool
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        let client = try ServerAccess.client(arguments)
        try await ServerAccess.perform { () async throws(ClientError) in
            try await client.delete(name)
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(Report(stream: name, deleted: true))
        } else {
            try Output.line("deleted \(name)")
        }
        return 0
    }
}
