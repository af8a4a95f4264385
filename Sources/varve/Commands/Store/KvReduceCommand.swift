import Foundation
import VarveClient

/// `varve kv reduce`: computes over a range of keys on the server.
enum KvReduceCommand: ClientCommand {
    private static let count = Option(name: "count", value: .none, summary: "How many pairs")
    private static let countField = field("count-field", "How many values that are not NULL")
    private static let sum = field("sum", "The sum of a field")
    private static let min = field("min", "The smallest value of a field")
    private static let max = field("max", "The largest value of a field")
    private static let groupBy = field("group-by", "One result for each value of this field")
    private static let condition = Option(
        name: "where", value: .text(placeholder: "CONDITION"),
        summary: "Only pairs of which this holds, such as value.0:int64>=5", isRepeatable: true)
    private static let request = Option(
        name: "request", value: .text(placeholder: "JSON"),
        summary:
            "The whole ReduceRequest of the wire as JSON, in place of everything else; @FILE for "
            + "a file")

    static let signature = CommandSignature(
        name: "kv reduce", summary: "Count, add up and group the pairs of a range of keys",
        discussion: [
            "A FIELD is a column of the value (value.0:int64, the first) or lies in the key "
                + "(key.8:uint64, from the ninth byte on); a ? behind the kind lets a column be "
                + "NULL; lower(FIELD) and day(FIELD) are fields too. Kinds: int64, uint64, "
                + "float64, bool, utf8, date32, date64, timestamp, decimal128, decimal256, and "
                + "binary with the number of its bytes. Values have columns when they were written "
                + "as rows: see --value-format of varve kv put.",
            "Conditions compare with =, >=, <=, > and <, or say \"is null\", \"is not null\".",
        ],
        positionals: [KeyRange.fromArgument, KeyRange.throughArgument],
        options: [
            KeyRange.prefix, count, countField, sum, min, max, groupBy, condition, request,
            PairForm.keyOption, StoreAccess.atLeast, StoreAccess.url, ServerAccess.json,
        ],
        examples: [
            .init(line: "varve kv reduce --count --prefix users/", meaning: "how many"),
            .init(
                line: "varve kv reduce -p sales/ --sum value.1:int64 --group-by value.0:utf8",
                meaning: "one sum for each text of the first column"),
        ])

    private static func field(_ name: String, _ summary: String) -> Option {
        Option(
            name: name, value: .text(placeholder: "FIELD"), summary: summary, isRepeatable: true)
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let form = PairForm(arguments)
        let client = try StoreAccess.client(arguments)
        let titles = titles(arguments)
        let result: ReductionResult
        if let word = arguments.text(request) {
            let json = String(decoding: try form.value(word), as: UTF8.self)
            result = try await ServerAccess.perform { () async throws(ClientError) in
                try await client.reduce(json: json)
            }
        } else {
            let range = try KeyRange(arguments, form)
            let reduction = try reduction(arguments)
            let sequence = StoreAccess.minimum(arguments)
            result = try await ServerAccess.perform { () async throws(ClientError) in
                try await client.reduce(
                    from: range.from, through: range.through, reduction, atLeast: sequence)
            }
        }
        if arguments.isOn(ServerAccess.json) {
            try Output.json(ReductionReport(result))
        } else {
            for line in ReductionReport.lines(result, titles) { try Output.line(line) }
        }
        return 0
    }

    private static func reduction(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> StoreReduction {
        var reduction = StoreReduction(arguments.isOn(count) ? [.countAll] : [])
        let makers: [(Option, @Sendable (ReductionExpression) -> StoreReduction.Reducer)] = [
            (countField, { .count($0) }), (sum, { .sum($0) }), (min, { .min($0) }),
            (max, { .max($0) }),
        ]
        for (option, maker) in makers {
            for word in arguments.texts(option) {
                reduction.reducers.append(
                    maker(try FieldText.expression(word, "--\(option.name)")))
            }
        }
        for word in arguments.texts(groupBy) {
            reduction.groupBy.append(try FieldText.expression(word, "--group-by"))
        }
        for word in arguments.texts(condition) {
            reduction.filter.append(try ConditionText.check(word, "--where"))
        }
        guard !reduction.reducers.isEmpty || !reduction.groupBy.isEmpty else {
            throw .usage("expected one of --count, --count-field, --sum, --min, --max, --group-by")
        }
        return reduction
    }

    /// What stands above the columns of a result: groups, then reducers.
    private static func titles(_ arguments: ParsedArguments) -> [String] {
        var titles = arguments.texts(groupBy)
        if arguments.isOn(count) { titles.append("count") }
        for option in [countField, sum, min, max] {
            titles += arguments.texts(option).map { "\(option.name) \($0)" }
        }
        return titles
    }
}
