// Structured log lines to standard error. Not for the hot path: a line is a few strings.

import Synchronization
package import VarvePlatform

/// Where a logger's lines go.
package protocol LogSink: Sendable {
    /// Takes one complete line; called by one thread at a time.
    func write(_ line: String)
}

/// Lines to standard error; a line that cannot be written is lost.
package struct StandardErrorSink: LogSink {
    /// A sink that writes to standard error.
    package init() {}

    package func write(_ line: String) {
        try? StandardStream.error.write(line)
    }
}

/// Writes log lines of at least a level.
///
/// Thread rule: any thread; lines are written one after the other.
package final class Logger: Sendable {
    /// The least important lines that are written.
    package let level: LogLevel
    private let format: LogFormat
    private let clock: any Clock
    private let sink: any LogSink
    private let writing = Mutex(())

    /// A logger that stamps its lines with the wall time of `clock`.
    package init(
        level: LogLevel, format: LogFormat, clock: any Clock,
        sink: any LogSink = StandardErrorSink()
    ) {
        self.level = level
        self.format = format
        self.clock = clock
        self.sink = sink
    }

    /// Whether a line of this level would be written; ask before preparing costly fields.
    package func includes(_ level: LogLevel) -> Bool { level <= self.level }

    /// Writes a line.
    package func log(
        _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogValue> = [:]
    ) {
        guard includes(level) else { return }
        let line = LogLine.encode(
            format, milliseconds: clock.wallMilliseconds(), level: level, message: message,
            fields: fields)
        writing.withLock { _ in sink.write(line) }
    }
}
