import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// A server that has no descriptor left for another connection.
@Suite(.blocking) struct DescriptorTests {
    private static let descriptorsMax = 96
    private static let path = "/v1/stream/kept"
    private static let type = [("Content-Type", "application/octet-stream")]

    @Test func `a server out of descriptors goes on, rests, and accepts again when it has some`()
        throws
    {
        let directory = try TemporaryDirectory()
        let server = try Self.server(
            directory, ["--max-connections", "1000", "--overload-wait", "100ms"])
        let kept = try server.connect()
        #expect(try kept.request("PUT", Self.path, headers: Self.type).status == 201)
        // What is ready is there to be written to without another descriptor.
        let journal = directory.path("data/journal")
        let isReady = try Deadline(seconds: 300).wait {
            try File.list(journal).count { $0.hasSuffix(".spare") } == 2
        }
        #expect(isReady)
        var others = try Self.fill(server)
        // Whoever has a connection is served, as far as that takes no other descriptor.
        var records: [Record] = []
        let refusal = try Self.append(to: kept, atMost: 100, &records)
        #expect(records.count > 4)
        #expect(refusal?.status == 503)
        #expect(refusal?.headers["retry-after"] == "1")
        #expect(refusal?.text.contains("\"code\":\"overloaded\"") == true)
        #expect(try Self.processorSeconds(of: server, during: 1) < 0.3)

        let waiting = others.removeLast()
        try waiting.send("GET", "/ready")
        others = []
        #expect(try waiting.receive().status == 200)
        #expect(try server.connect().request("GET", "/health").status == 200)
        let goesOn = try Deadline(seconds: 300).wait {
            try Self.append(to: kept, atMost: 1, &records) == nil
        }
        #expect(goesOn)
        try Self.expect(records, over: kept)
        #expect(try server.stop() == .exited(0))
    }

    @Test func `connections leave the log the descriptors that it needs`() throws {
        let directory = try TemporaryDirectory()
        // Enough that what is kept from connections exceeds those that are being refused.
        // However long the disk takes for the next file.
        let server = try Self.server(
            directory, ["--overload-wait", "600s"], descriptorsMax: 480)
        let kept = try server.connect()
        #expect(try kept.request("PUT", Self.path, headers: Self.type).status == 201)
        let others = try (0..<800).map { _ in try server.connect() }
        // Told that there are too many, or closed at once.
        let last = try #require(others.last)
        #expect((try? last.request("GET", "/health").status) != 200)
        var records: [Record] = []
        #expect(try Self.append(to: kept, atMost: 30, &records) == nil)
        try Self.expect(records, over: kept)
        #expect(try server.stop() == .exited(0))
    }

    /// A server that may have few descriptors open, with small journal files.
    private static func server(
        _ directory: TemporaryDirectory, _ arguments: [String],
        descriptorsMax: Int = descriptorsMax
    ) throws -> ServerProcess {
        let server = try ServerProcess(
            ["--data-dir", directory.path("data"), "--loops", "2", "--log-level", "error"]
                + DataDirectory.smallFiles + arguments,
            descriptorsMax: descriptorsMax)
        try server.waitUntilReady()
        return server
    }

    /// Opens connections until the server has no descriptor left, and as many again.
    private static func fill(_ server: ServerProcess) throws -> [RawConnection] {
        let connections = try (0..<2 * descriptorsMax).map { _ in try server.connect() }
        let path = "/proc/\(server.program.child.identifier)/fd"
        let isFull = try Deadline(seconds: 300).wait {
            try FileManager.default.contentsOfDirectory(atPath: path).count >= descriptorsMax
        }
        #expect(isFull)
        return connections
    }

    /// Appends records that fill journal files soon; returns the first answer that is no 204.
    private static func append(
        to connection: RawConnection, atMost count: Int, _ records: inout [Record]
    ) throws -> RawConnection.Response? {
        for _ in 0..<count {
            let record = Record(identifier: UInt64(records.count), count: 500_000)
            let reply = try connection.request(
                "POST", path, headers: type, body: record.binary)
            guard reply.status == 204 else { return reply }
            records.append(record)
        }
        return nil
    }

    /// Expects the stream to be exactly these records.
    private static func expect(_ records: [Record], over connection: RawConnection) throws {
        var content: [UInt8] = []
        var offset = "-1"
        while true {
            let page = try connection.request("GET", "\(path)?offset=\(offset)")
            #expect(page.status == 200)
            content += page.body
            offset = page.headers["stream-next-offset"] ?? offset
            if page.headers["stream-up-to-date"] != nil || page.status != 200 { break }
        }
        let isWhole = content == records.flatMap(\.binary)
        #expect(isWhole)
    }

    /// The processor time that the server takes while so many seconds pass.
    private static func processorSeconds(
        of server: ServerProcess, during seconds: Int
    ) throws -> Double {
        let before = try processorSeconds(of: server)
        _ = Deadline(seconds: seconds).wait { false }
        return try processorSeconds(of: server) - before
    }

    private static func processorSeconds(of server: ServerProcess) throws -> Double {
        let path = "/proc/\(server.program.child.identifier)/stat"
        let stat = try String(contentsOfFile: path, encoding: .utf8)
        // The fields behind the name in brackets; user and system time are in 1/100 s.
        let fields = try #require(stat.split(separator: ")").last).split(separator: " ")
        let user = try #require(Double(fields[11]))
        let system = try #require(Double(fields[12]))
        return (user + system) / 100
    }
}
