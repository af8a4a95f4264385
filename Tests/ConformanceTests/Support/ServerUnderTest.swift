// A server started for one case, with a clock that the case moves, and the means to see inside.

import Glibc
import ServerProcess
import Testing
import VarveConformance
import VarveLog
import VarvePlatform
import VarveServer
import VarveStorage
import VarveStreams

/// Where the log of a server under test lives. Every case runs in each of them.
enum Surroundings: String, Sendable, CaseIterable, CustomTestStringConvertible {
    /// In the memory of the test's process.
    case memory
    /// In files, synced before anything is answered.
    case files
    /// In encrypted files.
    case encrypted

    var testDescription: String { rawValue }
}

/// A running server, its clock and its directory. Used by one case.
final class ServerUnderTest: ConformanceServer {
    /// The path under which streams live.
    let basePath: String
    private let server: Server
    private let clock: ManualClock
    private let directory: TemporaryDirectory?

    /// Starts a server in `surroundings` on a port of its own; files are in `directory` if given.
    convenience init(
        _ surroundings: Surroundings, directory: TemporaryDirectory? = nil,
        configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        switch surroundings {
        case .memory: try self.init(volume: MemoryVolume(), configure: configure)
        case .files, .encrypted:
            let directory = try directory ?? TemporaryDirectory()
            let key = EncryptionKey([UInt8](repeating: 3, count: 32))
            let volume = try LogVolume.open(
                directory: directory.path, key: surroundings == .encrypted ? key : nil)
            try self.init(volume: volume, keeping: directory, configure: configure)
        }
    }

    /// Starts a server on a volume; `directory` is kept as long as the server.
    init(
        volume: any Volume, keeping directory: TemporaryDirectory? = nil,
        configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        self.directory = directory
        var configuration = ServerConfiguration()
        configuration.listenPort = 0
        configuration.loops = 2
        configuration.readThreads = 1
        configuration.journalFileBytes = 1 << 20
        configuration.maxBodyBytes = 512 << 10
        configuration.memoryWindowBytes = 4 << 20
        configuration.logLevel = .error
        configuration.expirySweepMilliseconds = 20
        // A machine that is busy may take long to answer what is under way, and to prepare the next
        // journal file.
        configuration.drainMilliseconds = 300_000
        configuration.overloadWaitMilliseconds = 600_000
        configure(&configuration)
        basePath = configuration.basePath
        clock = ManualClock(wallMilliseconds: SystemClock().wallMilliseconds())
        server = try Server.start(
            configuration, volume: volume, clock: TestClock(wall: clock),
            random: SeededRandom(seed: 1))
    }

    /// The port the server listens on.
    var port: UInt16 { server.port }

    var place: ServerPlace { ServerPlace(host: "127.0.0.1", port: port) }

    /// The server's wall clock.
    var wallMilliseconds: UInt64 { clock.wallMilliseconds() }

    /// Moves the server's wall clock.
    func advance(milliseconds: UInt64) { clock.advance(milliseconds: milliseconds) }

    /// The value of a metric, labels included in its name; 0 when it is not there.
    func metric(_ name: String) throws -> UInt64 {
        let page = server.metricsPage()
        for line in page.components(separatedByLine: "\n") where line.hasPrefix(name + " ") {
            return UInt64(line.dropFirst(name.utf8.count + 1)) ?? 0
        }
        return 0
    }

    /// Waits until a metric has the value `expected`, or throws after the connection's patience.
    func wait(for name: String, toBe expected: UInt64) throws {
        let system = SystemClock()
        let patience = UInt64(ClientConnection.patienceSeconds) * 1_000_000_000
        let deadline = system.monotonicNanoseconds() + patience
        while try metric(name) != expected {
            guard system.monotonicNanoseconds() < deadline else {
                throw MetricNeverCame(name: name, expected: expected, last: try metric(name))
            }
            sched_yield()
        }
    }

    func park(_ begin: () throws -> ClientConnection) throws -> ClientConnection {
        let parked = try metric("varve_waiters")
        let connection = try begin()
        try wait(for: "varve_waiters", toBe: parked + 1)
        return connection
    }

    /// Stops the server, and verifies the log it leaves.
    func stop() throws {
        #expect(server.drain())
        server.stop()
    }
}

/// A metric did not reach a value in time.
struct MetricNeverCame: Error {
    /// The metric's name.
    let name: String
    /// The value that was waited for.
    let expected: UInt64
    /// The value it had in the end.
    let last: UInt64
}

/// Wall time from a clock that the test moves; monotonic time from the system, for timers.
struct TestClock: Clock {
    /// Where the wall time comes from.
    let wall: ManualClock

    func wallMilliseconds() -> UInt64 { wall.wallMilliseconds() }
    func monotonicNanoseconds() -> UInt64 { SystemClock().monotonicNanoseconds() }
}
