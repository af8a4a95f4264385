import VarveClient

/// `varve head`: tells about a stream.
enum HeadCommand: ClientCommand {
    static let signature = CommandSignature(
        name: "head", summary: "Show a stream's content type, tail, closure and lifetime",
        discussion: ["A sliding lifetime is not renewed by it."],
        positionals: [ServerAccess.stream], options: [ServerAccess.url, ServerAccess.json],
        examples: [.init(line: "varve head orders", meaning: "what the server knows of a stream")])

    /// What `--json` prints.
    private struct Report: Encodable {
        let stream: String
        let contentType: String
        let nextOffset: String
        let closed: Bool
        let ttlSeconds: UInt64?
        let expiresAt: String?
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        let client = try ServerAccess.client(arguments)
        let head = try await ServerAccess.perform { () async throws(ClientError) in
            try await client.head(name)
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(
                Report(
                    stream: name, contentType: head.contentType,
                    nextOffset: head.nextOffset.token, closed: head.isClosed,
                    ttlSeconds: head.secondsToLive, expiresAt: head.expiresAt))
            return 0
        }
        var rows = [
            ["stream", name], ["content type", head.contentType],
            ["next offset", head.nextOffset.token], ["closed", head.isClosed ? "yes" : "no"],
        ]
        if let seconds = head.secondsToLive { rows.append(["lives", "\(seconds) s after use"]) }
        if let moment = head.expiresAt { rows.append(["ends", moment]) }
        for line in TextTable.lines(rows) { try Output.line(line) }
        return 0
    }
}
