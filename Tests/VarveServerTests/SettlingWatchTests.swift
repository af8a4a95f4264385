import ServerProcess
import Testing
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveServer

/// What operators are told when the log cannot be settled.
@Suite(.blocking) struct SettlingWatchTests {
    @Test("A settling that fails is logged with its cause, once, and so is that it goes on")
    func aFailingSettlingIsLogged() throws {
        let plan = FaultPlan()
        let sink = MemorySink()
        var configuration = ServerConfiguration()
        configuration.listenPort = 0
        configuration.loops = 1
        configuration.logLevel = .info
        configuration.journalFileBytes = 16 << 20
        configuration.maxBodyBytes = 6 << 20
        configuration.hasStore = false
        let server = try Server.start(
            configuration, volume: FaultyVolume(MemoryVolume(), plan: plan), clock: SystemClock(),
            random: SystemRandom(), sink: sink)
        defer {
            _ = server.drain()
            server.stop()
        }
        func lines(_ text: String) -> [String] { sink.lines.filter { $0.contains(text) } }
        let connection = try RawConnection(port: server.port)
        #expect(try connection.request("PUT", "/v1/stream/s").status == 201)
        plan.fail(.create, count: .max, with: .outOfSpace, namesContaining: "segments/")
        for _ in 0..<3 {
            #expect(try connection.request("POST", "/v1/stream/__ds/settle").status == 507)
            #expect(Deadline(seconds: 60).wait { !lines("settling failed").isEmpty })
        }
        #expect(lines("level=error msg=\"settling failed, and is tried again\" cause=").count == 1)
        #expect(lines("settling failed").first?.contains("no space left") == true)
        plan.clear()
        #expect(try connection.request("POST", "/v1/stream/__ds/settle").status == 204)
        #expect(Deadline(seconds: 60).wait { !lines("settling goes on").isEmpty })
        #expect(lines("settling failed").count == 1)
    }
}
