/// How important a logged line is.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// Something failed that an operator must look at.
    case error
    /// Something is wrong that the server lives with.
    case warning
    /// What an operator wants to know of a healthy server.
    case info
    /// Every request.
    case debug

    /// Less important lines are greater.
    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .error: 0
        case .warning: 1
        case .info: 2
        case .debug: 3
        }
    }
}

/// The form of logged lines.
package enum LogFormat: String, Sendable, CaseIterable {
    /// `key=value` pairs.
    case logfmt
    /// One JSON object a line.
    case json
}
