import VarveClient

/// `varve read`: prints a stream up to its tail.
enum ReadCommand: ClientCommand {
    private static let offset = Option(
        name: "offset", value: .text(placeholder: "OFFSET"),
        summary:
            "Where to begin: an offset that a command printed, -1 for the start, now for the end",
        standard: "-1", letter: "o")
    private static let page = Option(
        name: "page", value: .none, summary: "Print one page only")
    private static let showOffset = Option(
        name: "show-offset", value: .none,
        summary: "Print the next offset on standard error at the end")
    private static let json = Option(
        name: "json", value: .none,
        summary: "Print one JSON object a line for each page, with its offsets")

    static let signature = CommandSignature(
        name: "read", summary: "Print a stream up to its tail",
        discussion: ["A JSON stream is printed one message a line, any other as it is."],
        positionals: [ServerAccess.stream],
        options: [offset, page, showOffset, ServerAccess.url, json],
        examples: [
            .init(line: "varve read orders", meaning: "everything"),
            .init(
                line: "varve read -o 0000000000000002_000000000000001c orders",
                meaning: "from where an earlier command stopped"),
        ])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        let client = try ServerAccess.client(arguments)
        let printer = BatchPrinter(form: arguments.isOn(json) ? .document : .content)
        var place = StreamOffset(arguments.text(offset) ?? "")
        var pages = client.pages(name, from: place).makeAsyncIterator()
        while true {
            let batch: StreamBatch?
            do throws(ClientError) {
                batch = try await pages.next()
            } catch {
                throw ServerAccess.failure(error)
            }
            guard let batch else { break }
            try printer.print(batch, from: place)
            place = batch.nextOffset
            if arguments.isOn(page) { break }
        }
        if arguments.isOn(showOffset) { try Output.error("\(place)\n") }
        return 0
    }
}
