import Synchronization
import Testing
import VarvePlatform

@testable import VarveServer

/// A sink that keeps its lines.
final class MemorySink: LogSink {
    private let kept: Mutex<[String]> = Mutex([])

    /// The lines so far.
    var lines: [String] { kept.withLock { $0 } }

    func write(_ line: String) { kept.withLock { $0.append(line) } }
}

/// Which lines a logger writes.
@Suite("Logger")
struct LoggerTests {
    @Test("lines below the level are not written", arguments: LogLevel.allCases)
    func level(_ level: LogLevel) {
        let sink = MemorySink()
        let logger = Logger(level: level, format: .logfmt, clock: ManualClock(), sink: sink)
        for each in LogLevel.allCases { logger.log(each, "m") }
        let expected = LogLevel.allCases.count { $0 <= level }
        #expect(sink.lines.count == expected)
        #expect(LogLevel.allCases.allSatisfy { logger.includes($0) == ($0 <= level) })
    }

    @Test("levels are ordered from error to debug")
    func order() {
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
        #expect(LogLevel.error < .warning && LogLevel.info < .debug)
    }
}
