import VarveClient

/// `varve trim`: makes a stream begin further on.
enum TrimCommand: ClientCommand {
    private static let before = Option(
        name: "before", value: .text(placeholder: "TOKEN"),
        summary: "The offset where the stream is to begin; what lies before is gone for good")

    static let signature = CommandSignature(
        name: "trim", summary: "Make a stream begin further on: what lies before goes",
        discussion: [
            "Forks of the stream keep what they have. An offset before the stream's beginning "
                + "changes nothing."
        ],
        positionals: [ServerAccess.stream],
        options: [before, ServerAccess.url, ServerAccess.json],
        examples: [
            .init(
                line: "varve trim --before 0000000000000064_0000000000002710 orders",
                meaning: "the first hundred records go")
        ])

    /// What `--json` prints.
    private struct Report: Encodable {
        let stream: String
        let earliestOffset: String
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        guard let token = arguments.text(before) else { throw .usage("--before is needed") }
        let client = try ServerAccess.client(arguments)
        let earliest = try await ServerAccess.perform { () async throws(ClientError) in
            try await client.trim(name, before: StreamOffset(token))
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(Report(stream: name, earliestOffset: earliest.token))
        } else {
            try Output.line("\(name) begins at \(earliest)")
        }
        return 0
    }
}
