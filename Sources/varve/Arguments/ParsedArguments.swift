/// What a command line says, checked against the subcommand's signature.
///
/// The accessors take the option's description itself, so a value can only be asked for in the
/// form it was checked in.
struct ParsedArguments: Sendable {
    /// A value and where it was found.
    struct Entry: Sendable, Equatable {
        /// The text as it was given; for an option without value `true` or `false`.
        let text: String
        /// Where it was found.
        let source: OptionSource
    }

    /// The arguments known by their place.
    let positionals: [String]
    private var entries: [String: [Entry]] = [:]

    init(positionals: [String], entries: [String: [Entry]]) {
        self.positionals = positionals
        self.entries = entries
    }

    /// Takes values from a weaker source for the options that have none yet.
    mutating func complete(with weaker: [String: [Entry]]) {
        entries.merge(weaker) { given, _ in given }
    }

    /// The argument at a place, nil when it was left out.
    func positional(_ index: Int) -> String? {
        positionals.indices.contains(index) ? positionals[index] : nil
    }

    /// Where an option's value was found; nil when it was not given.
    func source(_ option: Option) -> OptionSource? { entries[option.name]?.last?.source }

    /// Whether an option was given anywhere.
    func isGiven(_ option: Option) -> Bool { entries[option.name] != nil }

    /// Whether an option without value is on.
    func isOn(_ option: Option) -> Bool { entries[option.name]?.last?.text == "true" }

    /// The option's value as text: the last one given, else the standard one, else nil.
    func text(_ option: Option) -> String? { entries[option.name]?.last?.text ?? option.standard }

    /// All values of a repeatable option.
    func texts(_ option: Option) -> [String] { entries[option.name]?.map(\.text) ?? [] }

    /// The value of an option that takes a whole number.
    func count(_ option: Option) -> Int? {
        text(option).flatMap { Quantity.count($0) }.map { Int(clamping: $0) }
    }

    /// The value of an option that takes a number of bytes.
    func bytes(_ option: Option) -> Int? {
        text(option).flatMap { Quantity.bytes($0) }.map { Int(clamping: $0) }
    }

    /// The value of an option that takes a time in milliseconds.
    func milliseconds(_ option: Option) -> Int? {
        text(option).flatMap { Quantity.milliseconds($0) }.map { Int(clamping: $0) }
    }

    /// The value of an option that takes seconds.
    func seconds(_ option: Option) -> Double? { text(option).flatMap { Quantity.seconds($0) } }

    /// How a message about the value of `option` begins.
    func subject(_ option: Option) -> String {
        (source(option) ?? .commandLine).subject(option.name)
    }
}
