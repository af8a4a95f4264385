/// The range of keys that a subcommand is about: two arguments, or a prefix.
struct KeyRange {
    /// The first key.
    static let fromArgument = Positional(
        name: "FROM", summary: "The first key; without it from the beginning", isOptional: true)
    /// The last key.
    static let throughArgument = Positional(
        name: "THROUGH", summary: "The last key, itself included; without it to the end",
        isOptional: true)
    /// The prefix.
    static let prefix = Option(
        name: "prefix", value: .text(placeholder: "KEY"),
        summary: "Only keys that begin so, in place of FROM and THROUGH", letter: "p")

    /// The most bytes of a key.
    private static let keyBytesMax = 254

    /// The first key.
    let from: [UInt8]
    /// The last key; empty for no bound.
    let through: [UInt8]

    /// The range that a command line names.
    init(_ arguments: ParsedArguments, _ form: PairForm) throws(CommandFailure) {
        guard let word = arguments.text(Self.prefix) else {
            from = try form.key(arguments.positional(0) ?? "")
            through = try form.key(arguments.positional(1) ?? "")
            return
        }
        if let found = arguments.positional(0) {
            throw .usage("--prefix and FROM exclude each other, found \"\(found)\"")
        }
        from = try form.key(word)
        // The largest key that begins so: filled up with the largest byte.
        through = from + Array(repeating: 0xFF, count: max(0, Self.keyBytesMax - from.count))
    }
}
