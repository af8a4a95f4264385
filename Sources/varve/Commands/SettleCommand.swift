import VarveClient

/// `varve settle`: has a server move its journal into a segment.
enum SettleCommand: ClientCommand {
    static let signature = CommandSignature(
        name: "settle", summary: "Have a server move everything durable into a segment",
        discussion: [
            "A server does that by itself; before a planned kill it shortens the next start."
        ],
        options: [ServerAccess.url],
        examples: [.init(line: "varve settle", meaning: "returns when it is done")])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let client = try ServerAccess.client(arguments)
        try await ServerAccess.perform { () async throws(ClientError) in try await client.settle() }
        return 0
    }
}
