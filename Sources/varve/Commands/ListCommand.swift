import VarveClient

/// `varve list`: lists the streams of a server.
enum ListCommand: ClientCommand {
    private static let prefix = Option(
        name: "prefix", value: .text(placeholder: "TEXT"),
        summary: "Only streams whose names begin so", letter: "p")
    private static let after = Option(
        name: "after", value: .text(placeholder: "STREAM"), summary: "Only names behind this one")
    private static let limit = Option(
        name: "limit", value: .count(minimum: 1), summary: "At most so many streams; without it all"
    )
    private static let json = Option(
        name: "json", value: .none, summary: "Print one JSON object a line for each stream")

    /// How many streams are asked for at once.
    private static let pageLimit = 1000

    static let signature = CommandSignature(
        name: "list", summary: "List streams in the order of their names",
        options: [prefix, after, limit, ServerAccess.url, json],
        examples: [
            .init(line: "varve list", meaning: "every stream"),
            .init(line: "varve list --prefix logs/ --json", meaning: "for a script"),
        ])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let client = try ServerAccess.client(arguments)
        let prefix = arguments.text(prefix) ?? ""
        var after = arguments.text(after)
        var left = arguments.count(limit) ?? .max
        var isFirst = true
        while left > 0 {
            let page = try await ServerAccess.perform {
                [after, left] () async throws(ClientError) in
                try await client.list(
                    prefix: prefix, after: after, limit: min(left, pageLimit))
            }
            try show(page.streams, asJSON: arguments.isOn(json), withTitles: isFirst)
            left -= page.streams.count
            isFirst = false
            after = page.next
            if after == nil { break }
        }
        return 0
    }

    /// Prints a page of the list.
    private static func show(
        _ streams: [ListedStream], asJSON: Bool, withTitles: Bool
    ) throws(CommandFailure) {
        if asJSON {
            for stream in streams { try Output.json(stream) }
            return
        }
        var rows = streams.map { stream in
            [
                "\(stream.records)", ByteCount.text(stream.bytes),
                stream.closed ? "closed" : "open", stream.contentType, stream.name,
            ]
        }
        if withTitles { rows.insert(["RECORDS", "SIZE", "STATE", "TYPE", "STREAM"], at: 0) }
        for line in TextTable.lines(rows, rightColumns: [0, 1]) { try Output.line(line) }
    }
}
