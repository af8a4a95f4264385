/// Where the value of an option was found; the first of the cases wins over the later ones.
enum OptionSource: Sendable, Equatable {
    /// On the command line.
    case commandLine
    /// In an environment variable.
    case environment(variable: String)
    /// In a configuration file.
    case file(path: String, line: Int)

    /// Greater for a source that wins.
    var strength: Int {
        switch self {
        case .commandLine: 2
        case .environment: 1
        case .file: 0
        }
    }

    /// How a message begins that is about the option `name`.
    func subject(_ name: String) -> String {
        switch self {
        case .commandLine: "--\(name)"
        case .environment(let variable): "environment variable \(variable)"
        case .file(let path, let line): "\(path):\(line): \(name)"
        }
    }
}
