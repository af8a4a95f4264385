import VarveClient

/// `varve tail`: prints a stream as it grows.
enum TailCommand: ClientCommand {
    private static let offset = Option(
        name: "offset", value: .text(placeholder: "OFFSET"),
        summary:
            "Where to begin: an offset that a command printed, -1 for the start, now for the end",
        standard: "now", letter: "o")
    private static let live = Option(
        name: "live", value: .choice(FollowOptions.Mode.allCases.map(\.rawValue)),
        summary: "How new content comes: events, long-polls, or as suits the content type",
        standard: "automatic")
    private static let json = Option(
        name: "json", value: .none,
        summary: "Print one JSON object a line for each batch, with its offsets")

    static let signature = CommandSignature(
        name: "tail", summary: "Print a stream as it grows",
        discussion: [
            "Ends when the stream is closed. When the connection breaks or the server restarts, "
                + "the command says so on standard error and goes on where it stopped: nothing is "
                + "printed twice and nothing is left out."
        ],
        positionals: [ServerAccess.stream],
        options: [offset, live, ServerAccess.url, json],
        examples: [
            .init(line: "varve tail orders", meaning: "what is appended from now on"),
            .init(line: "varve tail -o -1 orders", meaning: "everything, and then what comes"),
        ])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let name = ServerAccess.name(arguments)
        let client = try ServerAccess.client(arguments)
        let printer = BatchPrinter(form: arguments.isOn(json) ? .document : .content)
        var place = StreamOffset(arguments.text(offset) ?? "")
        var options = FollowOptions(
            mode: arguments.text(live).flatMap(FollowOptions.Mode.init(rawValue:)) ?? .automatic)
        options.onRetry = { error, wait in
            // A notice that cannot be written changes nothing about the tail.
            try? Output.error(
                "varve: \(error.description); trying again in \(WaitText.text(wait))\n")
        }
        var batches = client.follow(name, from: place, options: options).makeAsyncIterator()
        while let batch = try await next(&batches) {
            try printer.print(batch, from: place)
            place = batch.nextOffset
        }
        return 0
    }

    /// The next batch; the follower's error becomes the command's.
    private static func next(
        _ batches: inout AsyncThrowingStream<StreamBatch, any Error>.Iterator
    ) async throws(CommandFailure) -> StreamBatch? {
        do {
            return try await batches.next()
        } catch let error as ClientError {
            throw ServerAccess.failure(error)
        } catch {
            throw .failed("\(error)")
        }
    }
}
