import VarveClient

/// `varve close`: ends a stream for ever.
enum CloseCommand: ClientCommand {
    static let signature = CommandSignature(
        name: "close", summary: "Close a stream: nothing can be appended to it any more",
        discussion: ["Closing a closed stream succeeds and changes nothing."],
        positionals: [ServerAccess.stream], options: [ServerAccess.url, ServerAccess.json],
        examples: [.init(line: "varve close orders", meaning: "readers see the end")])

    /// What `--json` prints.
    private struct Report: Encodable {
        let stream: String
        let nextOffset: String
        let closed: Bool
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        let client = try ServerAccess.client(arguments)
        let receipt = try await ServerAccess.perform { () async throws(ClientError) in
            try await client.close(name)
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(
                Report(stream: name, nextOffset: receipt.nextOffset.token, closed: true))
        } else {
            try Output.line("closed \(name), final offset \(receipt.nextOffset)")
        }
        return 0
    }
}
