import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// A disk that fills up under a running server.
@Suite(
    .blocking,
    .enabled(
        if: SmallFileSystem.isPossible,
        "needs root with the right to mount a small file system; this process has it not"))
struct SpaceTests {
    private static let settings = DataDirectory.smallFiles + ["--log-level", "error"]
    private static let path = "/v1/stream/full"
    private static let type = [("Content-Type", "application/octet-stream")]

    @Test func aFullDiskRefusesAppendsAndNothingElse() throws {
        let disk = try SmallFileSystem(mebibytes: 24)
        let data = "\(disk.path)/data"
        let server = try ServerProcess.ready(dataDirectory: data, Self.settings)
        let connection = try server.connect()
        #expect(try connection.request("PUT", Self.path, headers: Self.type).status == 201)

        var kept: [Record] = []
        let refusal = try fill(connection, kept: &kept)
        #expect(refusal.status == 507, "\(refusal.text)")
        #expect(refusal.headers["content-type"] == "application/problem+json")
        #expect(kept.count > 100)
        try expectContent(kept, over: connection)

        // Nothing is broken: with space again, appends go on in the same process.
        try disk.resize(mebibytes: 64)
        let next = Record(identifier: UInt64(kept.count), count: 60_000)
        let goesOn = try Deadline(seconds: 300).wait {
            try connection.request("POST", Self.path, headers: Self.type, body: next.binary).status
                == 204
        }
        #expect(goesOn)
        kept.append(next)
        try expectContent(kept, over: connection)

        // And a crash in this state loses nothing either.
        try server.killWithoutWarning()
        let again = try ServerProcess.ready(dataDirectory: data, Self.settings)
        try expectContent(kept, over: again.connect())
        #expect(try again.stop() == .exited(0))
        let verified = try RunningProgram.run(BuiltProgram.path("varve"), ["verify", data])
        #expect(verified.ending == .exited(0), "\(verified.output)\(verified.errors)")
    }

    @Test func aServerKilledOnAFullDiskStartsAgainWhenThereIsSpace() throws {
        let disk = try SmallFileSystem(mebibytes: 24)
        let data = "\(disk.path)/data"
        let server = try ServerProcess.ready(dataDirectory: data, Self.settings)
        let connection = try server.connect()
        #expect(try connection.request("PUT", Self.path, headers: Self.type).status == 201)
        var kept: [Record] = []
        _ = try fill(connection, kept: &kept)
        try server.killWithoutWarning()

        try disk.resize(mebibytes: 64)
        let again = try ServerProcess.ready(dataDirectory: data, Self.settings)
        try expectContent(kept, over: again.connect())
        #expect(try again.stop() == .exited(0))
    }

    @Test func aDiskTooSmallToBeginOnIsNamedInOneLine() throws {
        let disk = try SmallFileSystem(mebibytes: 1)
        let data = "\(disk.path)/data"
        try Refusal.expect(
            ["serve", "--listen", "127.0.0.1:\(Loopback.freePort())", "--data-dir", data]
                + Self.settings,
            naming: [data, "space"])
        let left = try RunningProgram.run("find", [disk.path, "-type", "f", "-size", "+0"])
        #expect(left.output.isEmpty)
    }

    /// Appends until the server refuses; returns the refusal.
    private func fill(
        _ connection: RawConnection, kept: inout [Record]
    ) throws -> RawConnection.Response {
        while true {
            let record = Record(identifier: UInt64(kept.count), count: 60_000)
            let answer = try connection.request(
                "POST", Self.path, headers: Self.type, body: record.binary)
            // 503 is a server that waits for space to be prepared: it asks to come again.
            if answer.status == 503 { continue }
            guard answer.status == 204 else { return answer }
            kept.append(record)
            try #require(kept.count < 10_000, "the disk does not fill")
        }
    }

    private func expectContent(_ records: [Record], over connection: RawConnection) throws {
        let seen = try Observation(of: "full", over: connection)
        #expect(seen.content.count == records.reduce(0) { $0 + $1.count })
        #expect(seen.content.isSame(as: records.flatMap(\.binary)))
    }
}
