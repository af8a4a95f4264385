/// Why a subcommand ends without success: one line on standard error and an exit code.
enum CommandFailure: Error, Equatable {
    /// The command line, the environment or the configuration file is wrong (exit code 2).
    case usage(String)
    /// It was understood but could not be done (exit code 1).
    case failed(String)

    /// The exit code.
    var exitCode: Int32 {
        switch self {
        case .usage: 2
        case .failed: 1
        }
    }

    /// The line, without the program's name.
    var message: String {
        switch self {
        case .usage(let message), .failed(let message): message
        }
    }
}
