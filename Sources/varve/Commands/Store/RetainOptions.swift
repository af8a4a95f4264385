import VarveClient

/// The options that say what stays, of batches or of keys.
enum RetainOptions {
    /// The newest.
    static let keepLatest = Option(
        name: "keep-latest", value: .count(minimum: 1), summary: "Keep the newest, so many")
    /// Above a number.
    static let keepAbove = Option(
        name: "keep-above", value: .count(minimum: 0), summary: "Keep what is above this number")
    /// From a number on.
    static let keepFrom = Option(
        name: "keep-from", value: .count(minimum: 0),
        summary: "Keep what is at this number or above")
    /// Nothing.
    static let dropAll = Option(name: "drop-all", value: .none, summary: "Keep nothing")

    /// All of them.
    static let all = [keepLatest, keepAbove, keepFrom, dropAll]

    /// The policy that a command line names; nil when it names none.
    ///
    /// - Throws: `CommandFailure.usage` when it names several.
    static func policy(_ arguments: ParsedArguments) throws(CommandFailure) -> RetentionPolicy? {
        let given = all.filter { arguments.isGiven($0) }
        guard given.count <= 1 else {
            throw .usage(
                given.map { "--\($0.name)" }.joined(separator: " and ")
                    + " exclude each other")
        }
        if let count = arguments.count(keepLatest) { return .latest(UInt64(count)) }
        if let threshold = arguments.count(keepAbove) { return .above(UInt64(threshold)) }
        if let threshold = arguments.count(keepFrom) { return .from(UInt64(threshold)) }
        return arguments.isOn(dropAll) ? .nothing : nil
    }
}
