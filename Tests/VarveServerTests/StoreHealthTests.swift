import ServerProcess
import Synchronization
import Testing
import VarveConnect
import VarveIndex
import VarveServer
import VarveSimulation

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
        let server = try StoreServer(indexes: indexes, sink: lines) { $0.logLevel = .info }
        let connection = try RawConnection(port: server.port)
        func ready() throws -> RawConnection.Response { try connection.request("GET", "/ready") }
        #expect(try ready().status == 200)
        #expect(server.metrics.contains("\nvarve_store_failed 0\n"))

        indexes.fail(with: .outOfSpace(directory: "store"))
        let caller = try server.caller()
        // The batch is durable, whatever becomes of the index.
        #expect(try caller.put([KeyValue(key: [1], value: [2])]) == 1)
        #expect(try Deadline(seconds: 60).wait { try ready().status == 503 })
        #expect(try ready().text.contains("\"code\":\"store-failed\""))
        #expect(server.metrics.contains("\nvarve_store_failed 1\n"))
        #expect(!server.metrics.contains("\nvarve_store_failures_total 0\n"))
        // Written by the thread that has failed, which the answer does not wait for.
        #expect(Deadline(seconds: 60).wait { lines.count("the store's index has failed") > 0 })
        #expect(lines.count("the store's index has failed") == 1)

        indexes.fail(with: nil)
        #expect(try Deadline(seconds: 60).wait { try ready().status == 200 })
        #expect(server.metrics.contains("\nvarve_store_failed 0\n"))
        let isTold = Deadline(seconds: 60).wait {
            lines.count("the store's index follows the log again") > 0
        }
        #expect(isTold)
        #expect(lines.count("the store's index follows the log again") == 1)
        let answer = try caller.call(
            StoreCaller.Path.get, GetRequest(key: [1]), GetResponse.self)
        #expect(answer.value == [2])
    }
}
