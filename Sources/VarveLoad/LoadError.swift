package import VarvePlatform

/// Why a load run cannot go on.
package enum LoadError: Error, CustomStringConvertible {
    /// The system refused something that the run itself needs.
    case system(SystemError)
    /// The server cannot be reached.
    case unreachable(authority: String, reason: String)
    /// The server refused what the run prepares: its streams or their content.
    case refused(operation: String, status: Int)
    /// The server's answer cannot be understood.
    case invalidAnswer(detail: String)
    /// An answer has less content than was asked for.
    case shortAnswer(operation: String, expected: Int, found: Int)
    /// Connections broke more often than a measurement bears.
    case tooManyBrokenConnections(count: Int)
    /// Nothing happened for too long.
    case stalled(phase: String, seconds: Int)

    package var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .unreachable(let authority, let reason): "\(authority): \(reason)"
        case .refused(let operation, let status):
            "\(operation): expected success, found status \(status)"
        case .invalidAnswer(let detail): "the server's answer is not HTTP/1.1: \(detail)"
        case .shortAnswer(let operation, let expected, let found):
            "\(operation): expected at least \(expected) bytes of content, found \(found)"
        case .tooManyBrokenConnections(let count):
            "\(count) connections broke: this is no measurement"
        case .stalled(let phase, let seconds):
            "\(phase): no progress within \(seconds) s"
        }
    }
}
