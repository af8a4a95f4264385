/// Completes a command line from the environment and from a configuration file.
///
/// A flag wins over the environment, the environment over the file, the file over the standard.
enum OptionResolution {
    /// Names the configuration file; itself a flag or `VARVE_CONFIG`.
    static let config = Option(
        name: "config", value: .text(placeholder: "FILE"),
        summary: "Read options from this file: key = value lines (TOML) or a JSON object; the keys "
            + "are option names; a flag wins over the environment, the environment over the file",
        isInEnvironment: true)

    /// Returns `arguments` with the values that the weaker sources have for the options of
    /// `signature`.
    ///
    /// - Throws: `CommandFailure.usage` that names the variable, or file and line.
    static func resolve(
        _ arguments: ParsedArguments, _ signature: CommandSignature, environment: [String: String]
    ) throws(CommandFailure) -> ParsedArguments {
        var resolved = arguments
        var entries: [String: [ParsedArguments.Entry]] = [:]
        for option in signature.options where option.isInEnvironment {
            guard let text = environment[option.variable], !text.isEmpty else { continue }
            let source = OptionSource.environment(variable: option.variable)
            let texts = option.isRepeatable ? list(text) : [text]
            entries[option.name] = try texts.map { (text) throws(CommandFailure) in
                try ArgumentParser.checked(text, for: option, from: source)
            }
        }
        resolved.complete(with: entries)
        if signature.option(named: config.name) != nil, let path = resolved.text(config) {
            let keys = signature.options.filter(\.isInFile)
            resolved.complete(with: try ConfigurationFile.read(path, for: keys))
        }
        return resolved
    }

    /// The parts of a list with commas.
    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { part in
            var part = part
            while part.first == " " { part.removeFirst() }
            while part.last == " " { part.removeLast() }
            return String(part)
        }
    }
}
