/// One `--name` of a subcommand: what it takes, what it means, and where else it may come from.
///
/// Parsing, help and the documentation's test all read this one description.
struct Option: Sendable {
    /// What may stand behind the name.
    enum Value: Sendable, Equatable {
        /// Nothing: the option is present or not.
        case none
        /// Any text that is not empty, shown as `placeholder`.
        case text(placeholder: String)
        /// One of these words.
        case choice([String])
        /// A decimal number from `minimum`.
        case count(minimum: UInt64)
        /// A number of bytes, with or without a unit (`16MiB`).
        case bytes
        /// A time in milliseconds, or with a unit (`30s`).
        case milliseconds
        /// A number of seconds, with or without a fraction.
        case seconds
    }

    /// The name without the dashes.
    let name: String
    /// What may stand behind it.
    let value: Value
    /// What it means, in a sentence or two without a final period.
    let summary: String
    /// The value that holds when none is given, as text for the help; parsed like a given one.
    var standard: String?
    /// Whether it may be given several times.
    var isRepeatable = false
    /// Whether the environment variable `VARVE_NAME` gives it too.
    var isInEnvironment = false
    /// Whether a configuration file gives it too, under its name.
    var isInFile = false
    /// The one letter that stands for it behind a single dash.
    var letter: Character?

    /// The environment variable: `VARVE_` and the name in capitals with underscores.
    var variable: String {
        "VARVE_" + name.uppercased().replacing("-", with: "_")
    }

    /// What the help shows in place of the value; nil when there is none.
    var placeholder: String? {
        switch value {
        case .none: nil
        case .text(let placeholder): placeholder
        case .choice(let words): words.joined(separator: "|")
        case .count: "N"
        case .bytes: "BYTES"
        case .milliseconds: "MS"
        case .seconds: "SECONDS"
        }
    }

    /// What a value of this option is, for error messages.
    var expectation: String {
        switch value {
        case .none: "no value"
        case .text(let placeholder): placeholder
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .count(let minimum): "a whole number from \(minimum)"
        case .bytes: "a number of bytes such as 65536 or 16MiB"
        case .milliseconds: "a time in milliseconds such as 30000, or 30s"
        case .seconds: "a number of seconds such as 10 or 0.5"
        }
    }

    /// Whether `text` is a value of this option.
    func accepts(_ text: String) -> Bool {
        switch value {
        case .none: false
        case .text: !text.isEmpty
        case .choice(let words): words.contains(text)
        case .count(let minimum): Quantity.count(text).map { $0 >= minimum } ?? false
        case .bytes: Quantity.bytes(text) != nil
        case .milliseconds: Quantity.milliseconds(text) != nil
        case .seconds: Quantity.seconds(text) != nil
        }
    }
}
