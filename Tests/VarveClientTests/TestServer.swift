import Foundation
import VarveClient
import VarvePlatform
import VarveServer

/// A real server in the test's process, and a client of it.
final class TestServer: Sendable {
    /// Writes no log lines.
    private struct Silence: LogSink {
        func write(_ line: String) {}
    }

    private let server: Server

    /// Starts a server; the default keeps everything in memory, on a port of the system's choice.
    init(_ change: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration()
        configuration.listenPort = 0
        configuration.loops = 1
        configuration.logLevel = .error
        // Small journal files: a test writes little and starts often.
        configuration.journalFileBytes = 1 << 20
        configuration.maxBodyBytes = 512 << 10
        // A thread that prepares the next one may be late on a busy machine.
        configuration.overloadWaitMilliseconds = 600_000
        change(&configuration)
        server = try Server.start(
            configuration, clock: SystemClock(), random: SystemRandom(), sink: Silence())
    }

    /// The port it listens on.
    var port: UInt16 { server.port }

    /// A client with the given options.
    func client(_ options: ClientOptions = ClientOptions()) throws -> StreamClient {
        try Self.client(port: port, options)
    }

    /// A client of a server on `port`, which need not be there.
    static func client(
        port: UInt16, _ options: ClientOptions = ClientOptions()
    ) throws -> StreamClient {
        guard let url = URL(string: "http://127.0.0.1:\(port)/v1/stream") else {
            throw URLError(.badURL)
        }
        return StreamClient(url: url, options: options)
    }

    /// A client of the store.
    func store(_ options: ClientOptions = ClientOptions()) throws -> StoreClient {
        try Self.store(port: port, options)
    }

    /// A client of the store of a server on `port`, which need not be there.
    static func store(
        port: UInt16, _ options: ClientOptions = ClientOptions()
    ) throws -> StoreClient {
        guard let url = URL(string: "http://127.0.0.1:\(port)/") else {
            throw URLError(.badURL)
        }
        return StoreClient(url: url, options: options)
    }

    /// Ends the server, its live answers and its log.
    func stop() {
        _ = server.drain()
        server.stop()
    }
}

extension Data {
    /// The bytes of a text.
    init(text: String) {
        self.init(text.utf8)
    }

    /// The bytes as text.
    var text: String { String(decoding: self, as: UTF8.self) }
}
