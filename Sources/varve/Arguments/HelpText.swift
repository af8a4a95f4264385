/// Writes the help of the program and of its subcommands from their signatures.
enum HelpText {
    private static let width = 92

    /// The help of the program: what it is and its subcommands; those of a group are one line.
    static func program(_ signatures: [CommandSignature], _ groups: [CommandGroup]) -> String {
        var entries: [(name: String, summary: String)] = []
        for signature in signatures {
            guard let group = groups.first(where: { $0.has(signature) }) else {
                entries.append((signature.name, signature.summary))
                continue
            }
            if entries.last?.name != group.name { entries.append((group.name, group.summary)) }
        }
        return
            ([
                "varve \(Version.number): durable streams on one hash-chained log, over plain HTTP",
                "",
                "usage: varve COMMAND [ARGUMENTS] [OPTIONS]", "", "commands:",
            ] + table(entries)
            + [
                "", "`varve COMMAND --help` tells everything about a command, with examples.",
                "`varve help --json` describes all of them for a script.",
            ]).joined(separator: "\n")
    }

    /// The help of a group: its subcommands.
    static func group(_ group: CommandGroup, _ signatures: [CommandSignature]) -> String {
        let entries = signatures.filter { group.has($0) }.map {
            (name: String($0.name.dropFirst(group.name.count + 1)), summary: $0.summary)
        }
        return
            ([
                "varve \(group.name): \(group.summary)", "",
                "usage: varve \(group.name) COMMAND [ARGUMENTS] [OPTIONS]", "", "commands:",
            ] + table(entries)
            + [
                "",
                "`varve \(group.name) COMMAND --help` tells everything about a command, "
                    + "with examples.",
            ]).joined(separator: "\n")
    }

    /// Names and what they mean.
    private static func table(_ entries: [(name: String, summary: String)]) -> [String] {
        let column = entries.map(\.name.count).max() ?? 0
        return entries.flatMap { entry("  " + padded($0.name, column), $0.summary, column + 4) }
    }

    /// The whole help of a subcommand.
    static func command(_ signature: CommandSignature) -> String {
        var lines = ["varve \(signature.name): \(signature.summary)", ""]
        lines += wrapped("usage: \(usageLine(signature))", indent: 0, hanging: 7)
        for paragraph in signature.discussion {
            lines += [""] + wrapped(paragraph, indent: 0, hanging: 0)
        }
        if !signature.positionals.isEmpty {
            lines += ["", "arguments:"]
            let column = signature.positionals.map(\.name.count).max() ?? 0
            for positional in signature.positionals {
                lines += entry(
                    "  " + padded(positional.name, column), positional.summary, column + 4)
            }
        }
        lines += ["", "options:"] + signature.allOptions.flatMap { option($0) }
        lines += ["", "examples:"]
        for example in signature.examples {
            lines += ["  # \(example.meaning)", "  \(example.line)"]
        }
        let codes =
            signature.exitCodes.isEmpty
            ? ["0 success, 1 failure, 2 wrong usage"] : signature.exitCodes
        lines += [""]
        lines += wrapped(
            "exit codes: " + codes.joined(separator: ", "), indent: 0, hanging: 12)
        return lines.joined(separator: "\n")
    }

    /// The usage line of a subcommand.
    static func usageLine(_ signature: CommandSignature) -> String {
        let places = signature.positionals.map { positional in
            let name = positional.isRepeatable ? "\(positional.name)..." : positional.name
            return positional.isOptional ? "[\(name)]" : name
        }
        let options = signature.options.isEmpty ? [] : ["[OPTIONS]"]
        return (["varve", signature.name] + places + options).joined(separator: " ")
    }

    /// The lines about one option.
    private static func option(_ option: Option) -> [String] {
        var name = option.letter.map { "  -\($0), --" } ?? "  --"
        name += option.name
        if let placeholder = option.placeholder { name += " \(placeholder)" }
        var meaning = option.summary
        if option.isRepeatable { meaning += "; may be given several times" }
        if let standard = option.standard { meaning += " (default \(standard))" }
        if option.isInEnvironment { meaning += " [\(option.variable)]" }
        return entry(name, meaning, 30)
    }

    /// A name and its meaning in two columns; a long name stands on a line of its own.
    private static func entry(_ name: String, _ meaning: String, _ column: Int) -> [String] {
        var lines = wrapped(meaning, indent: column, hanging: column)
        guard name.count + 2 <= column, let first = lines.first else { return [name] + lines }
        lines[0] = padded(name, column) + first.dropFirst(column)
        return lines
    }

    /// The text in lines of at most `width` characters.
    private static func wrapped(_ text: String, indent: Int, hanging: Int) -> [String] {
        var lines: [String] = []
        var line = String(repeating: " ", count: indent)
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: hanging)
                isEmpty = true
            }
            line += isEmpty ? String(word) : " \(word)"
            isEmpty = false
        }
        return lines + [line]
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
