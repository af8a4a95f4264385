/// Reads a command line by a subcommand's signature.
///
/// `--name value`, `--name=value`, single letters behind one dash, `--` before arguments that begin
/// with a dash, and a single `-` as an argument. Options and arguments may be mixed.
struct ArgumentParser {
    private let signature: CommandSignature
    private var rest: ArraySlice<String>
    private var positionals: [String] = []
    private var entries: [String: [ParsedArguments.Entry]] = [:]

    /// Reads the words behind the subcommand's name.
    ///
    /// - Throws: `CommandFailure.usage` that names the word, what was expected and what is near.
    static func parse(
        _ words: [String], by signature: CommandSignature
    ) throws(CommandFailure) -> ParsedArguments {
        var parser = ArgumentParser(signature: signature, words: words)
        return try parser.parse()
    }

    private init(signature: CommandSignature, words: [String]) {
        self.signature = signature
        rest = words[...]
    }

    private mutating func parse() throws(CommandFailure) -> ParsedArguments {
        while let word = rest.popFirst() {
            if word == "--" {
                positionals += rest
                break
            } else if word.hasPrefix("--") {
                try parseOption(word.dropFirst(2))
            } else if word.hasPrefix("-"), word != "-", !looksLikeOffset(word) {
                try parseLetter(word)
            } else {
                positionals.append(word)
            }
        }
        let parsed = ParsedArguments(positionals: positionals, entries: entries)
        if !parsed.isOn(CommandSignature.help) { try checkPositionals() }
        return parsed
    }

    /// A negative number is an argument, not a letter.
    private func looksLikeOffset(_ word: String) -> Bool {
        word.dropFirst().allSatisfy { $0.isNumber }
    }

    /// `name` or `name=value`.
    private mutating func parseOption(_ text: Substring) throws(CommandFailure) {
        let name = text.prefix { $0 != "=" }
        let value = name.endIndex < text.endIndex ? text[name.endIndex...].dropFirst() : nil
        guard let option = signature.option(named: String(name)) else {
            let hint = NearestName.hint(
                String(name), among: signature.allOptions.map(\.name), dashes: "--")
            throw .usage("\(signature.name): unknown option --\(name)\(hint)")
        }
        try take(option, shown: "--\(name)", attached: value.map { String($0) })
    }

    /// `-x` or `-x value`.
    private mutating func parseLetter(_ word: String) throws(CommandFailure) {
        let option = signature.allOptions.first { $0.letter.map { "-\($0)" } == word }
        guard let option else {
            throw .usage("\(signature.name): unknown option \(word)")
        }
        try take(option, shown: word, attached: nil)
    }

    /// Takes the option's value and notes it.
    private mutating func take(
        _ option: Option, shown: String, attached: String?
    ) throws(CommandFailure) {
        guard let placeholder = option.placeholder else {
            if let attached, attached != "true", attached != "false" {
                throw .usage("\(shown): takes no value, found \"\(attached)\"")
            }
            return try note(option, attached ?? "true")
        }
        guard let value = attached ?? rest.popFirst() else {
            throw .usage("\(shown): expected \(placeholder) behind it, found the end of the line")
        }
        try note(option, value)
    }

    /// Notes a value, checked.
    private mutating func note(_ option: Option, _ text: String) throws(CommandFailure) {
        if entries[option.name] != nil, !option.isRepeatable {
            throw .usage("--\(option.name): given twice")
        }
        let entry = try Self.checked(text, for: option, from: .commandLine)
        entries[option.name, default: []].append(entry)
    }

    /// A value with its source.
    ///
    /// - Throws: `CommandFailure.usage` when it is none for this option.
    static func checked(
        _ text: String, for option: Option, from source: OptionSource
    ) throws(CommandFailure) -> ParsedArguments.Entry {
        let isValid = option.value == .none ? isOn(text) != nil : option.accepts(text)
        guard isValid else {
            let expectation = option.value == .none ? "true or false" : option.expectation
            throw .usage(
                "\(source.subject(option.name)): expected \(expectation), found \"\(text)\"")
        }
        let isSwitchedOn = isOn(text).map { $0 ? "true" : "false" }
        return ParsedArguments.Entry(
            text: option.value == .none ? isSwitchedOn ?? text : text, source: source)
    }

    /// What the text says about an option without value.
    private static func isOn(_ text: String) -> Bool? {
        switch text {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }

    /// Checks how many arguments there are.
    private func checkPositionals() throws(CommandFailure) {
        let isOpen = signature.positionals.last?.isRepeatable ?? false
        if positionals.count > signature.positionals.count, !isOpen {
            let extra = positionals[signature.positionals.count]
            throw .usage("\(signature.name): unexpected argument \"\(extra)\"")
        }
        let missing = signature.positionals.dropFirst(positionals.count).first { !$0.isOptional }
        if let missing {
            let usage = HelpText.usageLine(signature)
            throw .usage("\(signature.name): missing \(missing.name): expected `\(usage)`")
        }
    }
}
