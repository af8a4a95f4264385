import VarveClient

/// Conditions on fields as words of a command line: `value.0:int64>=5`, `value.1:utf8=web`,
/// `value.2:float64 < 1.5`, `value.3:utf8? is null`, `… is not null`.
///
/// Blanks around the sign are passed over. Behind the `=` of a text they belong to it, unless one
/// stands before the sign, too.
enum ConditionText {
    private static let operators = [">=", "<=", "=", ">", "<"]

    /// The condition that a word stands for.
    static func check(
        _ word: String, _ subject: String
    ) throws(CommandFailure) -> StoreReduction.Check {
        if let field = before(" is not null", word) {
            return .init(try FieldText.field(field, subject), .isNotNull)
        }
        if let field = before(" is null", word) {
            return .init(try FieldText.field(field, subject), .isNull)
        }
        let place = word.firstIndex { "<>=".contains($0) }
        guard let place, let sign = operators.first(where: { word[place...].hasPrefix($0) }) else {
            throw .usage(
                "\(subject): expected a condition such as value.0:int64>=5, found \"\(word)\"")
        }
        var name = word[..<place]
        let isSpaced = name.last == " "
        while name.last == " " { name.removeLast() }
        let field = try FieldText.field(String(name), subject)
        var value = word[place...].dropFirst(sign.count)
        if isSpaced || kind(of: field) != .utf8 { value = value.drop { $0 == " " } }
        guard let constraint = constraint(field, sign, String(value)) else {
            throw .usage("\(subject): expected a value of the field's kind, found \"\(word)\"")
        }
        return .init(field, constraint)
    }

    private static func before(_ ending: String, _ word: String) -> String? {
        word.hasSuffix(ending) ? String(word.dropLast(ending.count)) : nil
    }

    /// The constraint; nil when the kind has none of this sort or the value is not of the kind.
    private static func constraint(
        _ field: ReductionField, _ sign: String, _ value: String
    ) -> ReductionConstraint? {
        switch kind(of: field) {
        case .int64, .date32, .date64, .timestamp: integers(sign, value)
        case .uint64: unsigned(sign, value)
        case .float64: Double(value).flatMap { floats(sign, $0) }
        case .utf8 where sign == "=": .text(value)
        case .boolean where sign == "=": Bool(value).map { .boolean($0) }
        case .binary where sign == "=":
            (try? ByteForm.hex.bytes(of: value)).map { .binary($0) }
        default: nil
        }
    }

    private static func kind(of field: ReductionField) -> ReductionField.Kind {
        switch field {
        case .key(_, let kind), .zOrder(_, _, _, let kind), .column(_, let kind, _): kind
        }
    }

    private static func integers(_ sign: String, _ text: String) -> ReductionConstraint? {
        guard let value = Int64(text) else { return nil }
        switch sign {
        case "=": return .integers(min: value, max: value)
        case ">=": return .integers(min: value, max: nil)
        case "<=": return .integers(min: nil, max: value)
        case ">": return value == .max ? nil : .integers(min: value + 1, max: nil)
        default: return value == .min ? nil : .integers(min: nil, max: value - 1)
        }
    }

    private static func unsigned(_ sign: String, _ text: String) -> ReductionConstraint? {
        guard let value = UInt64(text) else { return nil }
        switch sign {
        case "=": return .unsigned(min: value, max: value)
        case ">=": return .unsigned(min: value, max: nil)
        case "<=": return .unsigned(min: nil, max: value)
        case ">": return value == .max ? nil : .unsigned(min: value + 1, max: nil)
        default: return value == .min ? nil : .unsigned(min: nil, max: value - 1)
        }
    }

    private static func floats(_ sign: String, _ value: Double) -> ReductionConstraint {
        let bound = ReductionConstraint.FloatBound(value, isInclusive: sign.hasSuffix("="))
        switch sign {
        case "=": return .floats(min: bound, max: bound)
        case ">=", ">": return .floats(min: bound, max: nil)
        default: return .floats(min: nil, max: bound)
        }
    }
}
