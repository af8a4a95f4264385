import ServerProcess
import Synchronization
import Testing
import VarveConnect
import VarveIndex
import VarvePlatform
import VarveServer
import VarveSimulation
import VarveStorage

@Suite("What operators are told of the store")
struct StoreHealthTests {
    /// Keeps the lines of a log.
    private final class Lines: LogSink {
        private let lines = Mutex<[String]>([])

        func write(_ line: String) { lines.withLock { $0.append(line) } }

        func count(_ text: String) -> Int {
            lines.withLock { lines in lines.count { $0.contains(text) } }
        }
    }

    @Test("While the store's index fails the server is not ready, and log and metrics say why")
    func aServerWhoseIndexFailsIsNotReady() throws {
        let indexes = SimulatedIndexSource()
        let lines = Lines()
        var configuration = ServerConfiguration()
        configuration.listenPort = 0
        configuration.loops = 1
        let server = try Server.start(
            configuration, volume: MemoryVolume(), indexes: indexes, clock: SystemClock(),
            random: SystemRandom(), sink: lines)
        defer {
            _ = server.drain()
            server.stop()
        }
        let connection = try RawConnection(port: server.port)
        func ready() throws -> RawConnection.Response { try connection.request("GET", "/ready") }
        #expect(try ready().status == 200)
        #expect(server.metricsPage().contains("\nvarve_store_failed 0\n"))

        indexes.fail(with: .outOfSpace(directory: "store"))
        let caller = StoreCaller(try RawConnection(port: server.port), .proto)
        // The batch is durable, whatever becomes of the index.
        #expect(try caller.put([KeyValue(key: [1], value: [2])]) == 1)
        #expect(try Deadline(seconds: 60).wait { try ready().status == 503 })
        #expect(try ready().text.contains("\"code\":\"store-failed\""))
        #expect(server.metricsPage().contains("\nvarve_store_failed 1\n"))
        #expect(!server.metricsPage().contains("\nvarve_store_failures_total 0\n"))
        #expect(lines.count("the store's index has failed") == 1)

        indexes.fail(with: nil)
        #expect(try Deadline(seconds: 60).wait { try ready().status == 200 })
        #expect(server.metricsPage().contains("\nvarve_store_failed 0\n"))
        #expect(lines.count("the store's index follows the log again") == 1)
        let answer = try caller.call(
            StoreCaller.Path.get, GetRequest(key: [1]), GetResponse.self)
        #expect(answer.value == [2])
    }
}
