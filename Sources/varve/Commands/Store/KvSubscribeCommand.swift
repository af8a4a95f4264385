import VarveClient

/// `varve kv subscribe`: prints batches as they come.
enum KvSubscribeCommand: ClientCommand {
    private static let from = Option(
        name: "from", value: .count(minimum: 1),
        summary: "The first batch, by its sequence; without it those to come", letter: "f")
    private static let count = Option(
        name: "count", value: .count(minimum: 1), summary: "End after so many batches", letter: "n")
    private static let prefix = Option(
        name: "prefix", value: .text(placeholder: "KEY"), summary: "Only keys that begin so",
        isRepeatable: true, letter: "p")
    private static let match = Option(
        name: "match", value: .text(placeholder: "REGEX"),
        summary: "Only keys whose rest behind the prefix this expression finds a match in")
    private static let value = Option(
        name: "value", value: .text(placeholder: "VALUE"), summary: "Only this value",
        isRepeatable: true)
    private static let valuePrefix = Option(
        name: "value-prefix", value: .text(placeholder: "VALUE"),
        summary: "Only values that begin so", isRepeatable: true)
    private static let valueMatch = Option(
        name: "value-match", value: .text(placeholder: "REGEX"),
        summary: "Only values that this expression finds a match in", isRepeatable: true)
    private static let json = Option(
        name: "json", value: .none, summary: "Print one JSON object a line for each batch")

    static let signature = CommandSignature(
        name: "kv subscribe", summary: "Print batches as they come",
        discussion: [
            "A line for each pair: sequence, put or delete, key, value, with tabs between. A pair "
                + "is printed when one of the prefixes and one of the conditions on values fits. "
                + "When the connection breaks or the server restarts, the command says so on "
                + "standard error and goes on where it stopped: nothing is printed twice and "
                + "nothing is left out.",
            PairForm.discussion,
        ],
        options: [
            from, count, prefix, match, value, valuePrefix, valueMatch, PairForm.keyOption,
            PairForm.valueOption, StoreAccess.url, json,
        ],
        examples: [
            .init(line: "varve kv subscribe", meaning: "what is written from now on"),
            .init(
                line: "varve kv subscribe --from 1 --prefix users/",
                meaning: "the history of every user, and what comes"),
        ])

    /// What `--json` prints.
    private struct Report: Encodable {
        let sequence: UInt64
        let deletion: Bool
        let pairs: [PairReport]
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let form = PairForm(arguments)
        var options = SubscribeOptions()
        options.onRetry = { error, wait in
            // A notice that cannot be written changes nothing about the subscription.
            try? Output.error(
                "varve: \(error.description); trying again in \(WaitText.text(wait))\n")
        }
        let client = try StoreAccess.client(arguments)
        var changes = client.subscribe(
            try selectors(arguments, form), filters: try filters(arguments, form),
            from: arguments.count(from).map { UInt64($0) }, options: options
        ).makeAsyncIterator()
        var left = arguments.count(count) ?? .max
        while left > 0, let change = try await next(&changes) {
            left -= 1
            try show(change, form, asJSON: arguments.isOn(json))
        }
        return 0
    }

    private static func selectors(
        _ arguments: ParsedArguments, _ form: PairForm
    ) throws(CommandFailure) -> [StoreSelector] {
        let pattern = arguments.text(match) ?? ""
        var selectors: [StoreSelector] = []
        for word in arguments.texts(prefix) {
            selectors.append(StoreSelector(prefix: try form.key(word), pattern: pattern))
        }
        return selectors.isEmpty ? [StoreSelector(pattern: pattern)] : selectors
    }

    private static func filters(
        _ arguments: ParsedArguments, _ form: PairForm
    ) throws(CommandFailure) -> [StoreFilter] {
        var filters: [StoreFilter] = []
        for word in arguments.texts(value) { filters.append(.exact(try form.value(word))) }
        for word in arguments.texts(valuePrefix) { filters.append(.prefix(try form.value(word))) }
        return filters + arguments.texts(valueMatch).map { .pattern($0) }
    }

    /// The next batch; the subscription's error becomes the command's.
    private static func next(
        _ changes: inout AsyncThrowingStream<StoreChange, any Error>.Iterator
    ) async throws(CommandFailure) -> StoreChange? {
        do {
            return try await changes.next()
        } catch let error as ClientError {
            throw ServerAccess.failure(error)
        } catch {
            throw .failed("\(error)")
        }
    }

    private static func show(
        _ change: StoreChange, _ form: PairForm, asJSON: Bool
    ) throws(CommandFailure) {
        var output = LineOutput()
        if asJSON {
            let pairs = change.pairs.map { pair in
                PairReport(pair.key, change.isDeletion ? nil : pair.value, form)
            }
            try output.add(
                json: Report(
                    sequence: change.sequence, deletion: change.isDeletion, pairs: pairs))
        } else {
            for pair in change.pairs {
                try output.add(
                    change.isDeletion
                        ? "\(change.sequence)\tdelete\t\(form.text(key: pair.key))"
                        : "\(change.sequence)\tput\t\(form.line(pair))")
            }
        }
        try output.flush()
    }
}
