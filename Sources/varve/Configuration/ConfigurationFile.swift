import Foundation

/// A configuration file: `key = value` lines (a subset of TOML) or one flat JSON object.
///
/// The keys are the names of options. Values are strings, whole numbers, booleans, and arrays of
/// strings. Anything else is an error that names the file and the line.
enum ConfigurationFile {
    /// A file larger than this is no configuration.
    private static let bytesMax = 1 << 20

    /// Reads a file into values for `options`.
    ///
    /// - Throws: `CommandFailure.usage` for a file that cannot be read, a key that no option has, a
    ///   key given twice, or a value that its option does not take.
    static func read(
        _ path: String, for options: [Option]
    ) throws(CommandFailure) -> [String: [ParsedArguments.Entry]] {
        let settings = try parse(contents(of: path), path: path)
        var entries: [String: [ParsedArguments.Entry]] = [:]
        for setting in settings {
            let place = "\(path):\(setting.line)"
            guard let option = options.first(where: { $0.name == setting.key }) else {
                let hint = NearestName.hint(setting.key, among: options.map(\.name))
                throw .usage("\(place): unknown key \"\(setting.key)\"\(hint)")
            }
            guard entries[setting.key] == nil else {
                throw .usage("\(place): key \"\(setting.key)\" is given twice")
            }
            guard setting.values.count == 1 || option.isRepeatable else {
                throw .usage("\(place): \(setting.key): expected one value, found an array")
            }
            let source = OptionSource.file(path: path, line: setting.line)
            entries[setting.key] = try setting.values.map { (text) throws(CommandFailure) in
                try ArgumentParser.checked(text, for: option, from: source)
            }
        }
        return entries
    }

    /// Parses the bytes of a file; one whose first character is a brace is JSON.
    static func parse(
        _ bytes: [UInt8], path: String
    ) throws(CommandFailure) -> [ConfigurationSetting] {
        var scanner = ConfigurationScanner(bytes, path: path)
        scanner.skipBlank()
        return try scanner.peek == UInt8(ascii: "{")
            ? scanner.jsonSettings() : scanner.tomlSettings()
    }

    /// The bytes of the file.
    private static func contents(of path: String) throws(CommandFailure) -> [UInt8] {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .usage("\(path): the configuration file cannot be read: \(Reason.of(error))")
        }
        guard bytes.count <= bytesMax else {
            throw .usage(
                "\(path): expected a configuration file of at most \(bytesMax) bytes, found "
                    + "\(bytes.count)")
        }
        return Array(bytes)
    }
}
