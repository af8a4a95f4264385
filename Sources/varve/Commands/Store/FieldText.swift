import VarveClient

/// Fields of pairs as words of a command line: `key.OFFSET:KIND`, `value.COLUMN:KIND`, with a `?`
/// behind the kind of a column that may be NULL; `lower(…)` and `day(…)` around one.
enum FieldText {
    /// The expression that a word stands for.
    static func expression(
        _ word: String, _ subject: String
    ) throws(CommandFailure) -> ReductionExpression {
        if let inner = inside("lower", word) { return .lower(try expression(inner, subject)) }
        if let inner = inside("day", word) { return .truncateToDay(try expression(inner, subject)) }
        return .field(try field(word, subject))
    }

    /// The field that a word stands for.
    static func field(_ word: String, _ subject: String) throws(CommandFailure) -> ReductionField {
        let halves = word.split(separator: ":", maxSplits: 1).map(String.init)
        let place =
            halves[0..<min(1, halves.count)].first?
            .split(separator: ".", maxSplits: 1).map(String.init) ?? []
        guard halves.count == 2, place.count == 2, let number = UInt32(place[1]) else {
            throw refusal(word, subject)
        }
        var name = halves[1]
        let isNullable = name.hasSuffix("?")
        if isNullable { name.removeLast() }
        guard let kind = kind(name) else { throw refusal(word, subject) }
        switch place[0] {
        case "key" where !isNullable: return .key(byteOffset: Int(number), kind)
        case "value": return .column(Int(number), kind, isNullable: isNullable)
        default: throw refusal(word, subject)
        }
    }

    /// The kind of a name; `binary16` are 16 bytes.
    private static func kind(_ name: String) -> ReductionField.Kind? {
        switch name {
        case "int64": .int64
        case "uint64": .uint64
        case "float64": .float64
        case "bool": .boolean
        case "utf8": .utf8
        case "date32": .date32
        case "date64": .date64
        case "timestamp": .timestamp
        case "decimal128": .decimal128
        case "decimal256": .decimal256
        case _ where name.hasPrefix("binary"):
            UInt16(name.dropFirst(6)).map { .binary(count: Int($0)) }
        default: nil
        }
    }

    private static func inside(_ function: String, _ word: String) -> String? {
        guard word.hasPrefix("\(function)("), word.hasSuffix(")") else { return nil }
        return String(word.dropFirst(function.count + 1).dropLast())
    }

    private static func refusal(_ word: String, _ subject: String) -> CommandFailure {
        .usage(
            "\(subject): expected a field such as value.0:int64, value.1:utf8? or key.8:uint64, "
                + "found \"\(word)\"")
    }
}
