import ServerProcess
import VarveConnect
import VarveIndex
import VarvePlatform
import VarveServer
import VarveStorage

/// A real server in the test's process, and calls of its store over a socket.
final class StoreServer {
    /// Writes no log lines.
    struct Silence: LogSink {
        func write(_ line: String) {}
    }

    private let server: Server

    /// Starts a server; the default keeps everything in memory, on a port of the system's choice.
    ///
    /// - Parameter indexes: where the index of a store in memory is kept, if not there.
    init(
        indexes: (any IndexSource)? = nil, sink: any LogSink = Silence(),
        _ change: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = ServerConfiguration()
        configuration.listenPort = 0
        configuration.loops = 1
        configuration.logLevel = .error
        configuration.journalFileBytes = 16 << 20
        configuration.maxBodyBytes = 6 << 20
        // A thread that prepares the next journal file may be late on a busy machine.
        configuration.overloadWaitMilliseconds = 600_000
        change(&configuration)
        if let indexes {
            server = try Server.start(
                configuration, volume: MemoryVolume(), indexes: indexes, clock: SystemClock(),
                random: SystemRandom(), sink: sink)
        } else {
            server = try Server.start(
                configuration, clock: SystemClock(), random: SystemRandom(), sink: sink)
        }
    }

    deinit {
        _ = server.drain()
        server.stop()
    }

    /// The port it listens on.
    var port: UInt16 { server.port }

    /// The page of metrics.
    var metrics: String { server.metricsPage() }

    /// A caller with a connection of its own.
    func caller(_ format: MessageFormat = .proto) throws -> StoreCaller {
        StoreCaller(try RawConnection(port: port), format)
    }

    /// Writes pairs of texts; the sequence.
    @discardableResult
    func put(_ pairs: KeyValuePairs<String, String>) throws -> UInt64 {
        let entries = pairs.map { KeyValue(key: Array($0.key.utf8), value: Array($0.value.utf8)) }
        return try caller().put(entries)
    }
}
