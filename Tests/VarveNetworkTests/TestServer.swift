import Glibc
import Synchronization
import Testing
import VarveHTTP
import VarvePlatform

@testable import VarveNetwork

/// One or more loops behind a local port, with routes that do what their path says, and a clock
/// that stands still.
final class TestServer: Sendable {
    let clock = ManualClock()
    let journal = Journal()
    let group: EventLoopGroup
    let port: UInt16

    init(_ configuration: NetworkConfiguration = NetworkConfiguration()) throws {
        let journal = journal
        group = try EventLoopGroup(configuration: configuration, clock: clock) { _ in
            TestHandler(journal)
        }
        port = try group.listen(host: "127.0.0.1", port: 0)
        try group.start()
    }

    /// Runs `body` with a server and stops it.
    static func run(
        _ configuration: NetworkConfiguration = NetworkConfiguration(),
        _ body: (TestServer) throws -> Void
    ) throws {
        let server = try TestServer(configuration)
        defer { server.group.stop() }
        try body(server)
    }

    func client(receiveBufferBytes: Int32? = nil) -> TestClient {
        TestClient(port: port, receiveBufferBytes: receiveBufferBytes)
    }

    /// Lets time pass, and the first loop act on it.
    func advance(milliseconds: UInt64) {
        clock.advance(milliseconds: milliseconds)
        // The first may run in a turn that read the clock before, the second runs in one that
        // read it after, and the third in one behind that one's timers.
        for _ in 0..<3 { _ = onLoop { $0.index } }
    }

    /// The first loop's counts.
    var counters: LoopCounters { group.loops[0].counters }

    /// Runs `body` on the first loop and waits for its result.
    func onLoop<R: Sendable>(_ body: @escaping @Sendable (EventLoop) -> R) -> R {
        let result: Mutex<R?> = Mutex(nil)
        group.loops[0].post { loop in
            let value = body(loop)
            result.withLock { $0 = value }
        }
        while true {
            if let value = result.withLock({ $0 }) { return value }
            sched_yield()
        }
    }
}

/// Waits for a condition that other threads bring about.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () -> Bool
) {
    let clock = SystemClock()
    let end = clock.monotonicNanoseconds() + 300_000_000_000
    while !condition() {
        guard clock.monotonicNanoseconds() < end else {
            Issue.record(what, sourceLocation: sourceLocation)
            return
        }
        sched_yield()
    }
}

/// What the handler has seen, for the test's thread to read.
final class Journal: Sendable {
    private let lines: Mutex<[String]> = Mutex([])

    func note(_ line: String) {
        lines.withLock { $0.append(line) }
    }

    var all: [String] { lines.withLock { $0 } }

    func count(_ line: String) -> Int {
        lines.withLock { $0.count { $0 == line } }
    }
}

extension NetworkConfiguration {
    /// The defaults but for one value.
    static func with<Value>(
        _ path: WritableKeyPath<NetworkConfiguration, Value>, _ value: Value
    ) -> NetworkConfiguration {
        var configuration = NetworkConfiguration()
        configuration[keyPath: path] = value
        return configuration
    }
}
