import VarveClient

/// `varve kv prune`: deletes keys by rule.
enum KvPruneCommand: ClientCommand {
    private static let prefix = Option(
        name: "prefix", value: .text(placeholder: "KEY"), summary: "Only keys that begin so",
        letter: "p")
    private static let match = Option(
        name: "match", value: .text(placeholder: "REGEX"),
        summary:
            "Only keys whose rest behind the prefix this expression finds a match in; its named "
            + "groups, (?P<name>…), are what --group-by and --order-by name")
    private static let groupBy = Option(
        name: "group-by", value: .text(placeholder: "NAME"),
        summary: "Keys with the same text in this group of the expression belong together",
        isRepeatable: true)
    private static let orderBy = Option(
        name: "order-by", value: .text(placeholder: "NAME"),
        summary: "The group of the expression that says which keys are newer")
    private static let encoding = Option(
        name: "order", value: .choice(["bytes", "uint64", "int64"]),
        summary:
            "How that group is compared: as bytes, or as 8 bytes of a number, the highest first",
        standard: "bytes")

    static let signature = CommandSignature(
        name: "kv prune", summary: "Delete keys by rule",
        discussion: [
            "Keys are chosen by prefix and expression, parted into groups, ordered within each, "
                + "and deleted but for those that a --keep option names. It takes no sequence. "
                + "More than 4 MiB of keys are deleted in several steps, each of them whole or not "
                + "at all; after a failure the same command again deletes the rest.",
            PairForm.discussion,
        ],
        options: [prefix, match, groupBy, orderBy, encoding] + RetainOptions.all
            + [PairForm.keyOption, StoreAccess.url, ServerAccess.json],
        examples: [
            .init(
                line: "varve kv prune -p log/ --match '^(?P<time>.*)$' --order-by time "
                    + "--keep-latest 100",
                meaning: "the hundred largest keys stay"),
            .init(line: "varve kv prune --prefix tmp/ --drop-all", meaning: "a whole prefix"),
        ])

    /// What `--json` prints.
    private struct Report: Encodable {
        let pruned: Bool
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let form = PairForm(arguments)
        guard let retain = try RetainOptions.policy(arguments) else {
            let names = RetainOptions.all.map { "--\($0.name)" }
            throw .usage("expected one of \(names.joined(separator: ", "))")
        }
        let selector = StoreSelector(
            prefix: try form.key(arguments.text(prefix) ?? ""),
            pattern: arguments.text(match) ?? "")
        let policy = KeyPolicy(
            selector, groupBy: arguments.texts(groupBy),
            order: arguments.text(orderBy).map {
                KeyPolicy.Order(capture: $0, encoding: order(arguments))
            }, retain: retain)
        let client = try StoreAccess.client(arguments)
        try await ServerAccess.perform { () async throws(ClientError) in
            try await client.prune([policy])
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(Report(pruned: true))
        } else {
            try Output.line("pruned")
        }
        return 0
    }

    private static func order(_ arguments: ParsedArguments) -> KeyPolicy.Encoding {
        switch arguments.text(encoding) {
        case "uint64": .uint64
        case "int64": .int64
        default: .bytes
        }
    }
}
