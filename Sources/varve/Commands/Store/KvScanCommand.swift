import VarveClient
import VarvePlatform

/// `varve kv scan`: prints the pairs of a range of keys.
enum KvScanCommand: ClientCommand {
    private static let limit = Option(
        name: "limit", value: .count(minimum: 1), summary: "At most so many pairs; without it all",
        letter: "n")
    private static let reverse = Option(
        name: "reverse", value: .none, summary: "From the largest key to the smallest", letter: "r")
    private static let keysOnly = Option(
        name: "keys-only", value: .none, summary: "Print the keys without their values")
    private static let oneState = Option(
        name: "one-state", value: .none,
        summary:
            "Fail rather than go on in a newer state of the store when the connection breaks or "
            + "the output is much slower than the server")
    private static let json = Option(
        name: "json", value: .none, summary: "Print one JSON object a line for each pair")

    static let signature = CommandSignature(
        name: "kv scan", summary: "Print the pairs of a range of keys, in the order of their bytes",
        discussion: [
            "A line with key, tab and value for each pair. What is printed is one state of the "
                + "store, however long that takes, as long as the output keeps up.",
            PairForm.discussion,
        ],
        positionals: [KeyRange.fromArgument, KeyRange.throughArgument],
        options: [
            KeyRange.prefix, limit, reverse, keysOnly, oneState, PairForm.keyOption,
            PairForm.valueOption, StoreAccess.atLeast, StoreAccess.url, json,
        ],
        examples: [
            .init(line: "varve kv scan --prefix users/", meaning: "every user"),
            .init(line: "varve kv scan users/5 users/7", meaning: "from one key through another"),
            .init(line: "varve kv scan -r -n 10 --json", meaning: "the ten largest keys"),
        ])

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let form = PairForm(arguments)
        let range = try KeyRange(arguments, form)
        let options = ScanOptions(
            order: arguments.isOn(reverse) ? .reverse : .forward, limit: arguments.count(limit),
            atLeast: StoreAccess.minimum(arguments),
            consistency: arguments.isOn(oneState) ? .oneState : .continuing)
        let client = try StoreAccess.client(arguments)
        var pairs = client.range(from: range.from, through: range.through, options)
            .makeAsyncIterator()
        var output = LineOutput()
        // Where lines go to the terminal, a line about them would be written over them.
        var progress = ProgressLine(isWanted: !StandardStream.output.isTerminal)
        var count = 0
        while let pair = try await next(&pairs) {
            count += 1
            progress.show("\(count) pairs, at \(form.text(key: pair.key).prefix(60))")
            if arguments.isOn(json) {
                let value = arguments.isOn(keysOnly) ? nil : pair.value
                try output.add(json: PairReport(pair.key, value, form))
            } else {
                try output.add(
                    arguments.isOn(keysOnly) ? form.text(key: pair.key) : form.line(pair))
            }
        }
        progress.clear()
        try output.flush()
        return 0
    }

    private static func next(
        _ pairs: inout StoreRange.Iterator
    ) async throws(CommandFailure) -> StorePair? {
        do throws(ClientError) {
            return try await pairs.next()
        } catch {
            throw ServerAccess.failure(error)
        }
    }
}
