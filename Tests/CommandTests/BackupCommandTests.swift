import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// `varve backup`, `restore`, `settle` and `stats`, of a server and of a directory.
@Suite(.blocking, .timeLimit(.minutes(30))) struct BackupCommandTests {
    private let directory: TemporaryDirectory
    private let server: ServerProcess
    private let url: [String]

    private static let options = [
        "--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error", "--store", "off",
    ]

    init() throws {
        directory = try TemporaryDirectory()
        server = try ServerProcess.ready(
            dataDirectory: directory.path("data"),
            Self.options + ["--backup-dir", directory.path("backups")])
        url = ["--url", "http://127.0.0.1:\(server.port)/v1/stream"]
        _ = try Varve.output(["create", "s", "-t", "text/plain"] + url)
        _ = try Varve.output(["append", "s", "-d", "<one>"] + url)
        _ = try Varve.output(["settle"] + url)
        _ = try Varve.output(["append", "s", "-d", "<two>"] + url)
    }

    @Test func `a server's backup is restored and has what was acknowledged`() throws {
        let text = try Varve.output(["backup", "--name", "monday"] + url)
        #expect(text.contains("1 streams, through LSN 3: verified"))
        let backup = directory.path("backups/monday")
        let again = ["backup", "--name", "monday"] + url
        #expect(try Varve.refusal(again, code: 1).contains("backup-exists"))
        #expect(try server.stop() == .exited(0))
        let target = directory.path("restored")
        #expect(try Varve.output(["restore", backup, target, "--json"]).contains("\"last_lsn\":3"))
        #expect(try Varve.refusal(["restore", backup, target], code: 1).contains("not empty"))
        let restored = try ServerProcess.ready(dataDirectory: target, Self.options)
        let place = ["--url", "http://127.0.0.1:\(restored.port)/v1/stream"]
        #expect(try Varve.output(["read", "s"] + place) == "<one><two>")
        #expect(try restored.stop() == .exited(0))
        // A directory that nobody has open is copied here.
        let copy = directory.path("copy")
        #expect(try Varve.output(["backup", target, copy]).contains("verified"))
        #expect(try Varve.refusal(["backup", target, copy], code: 1).contains("exists already"))
        try FileManager.default.removeItem(atPath: "\(copy)/BACKUP")
        let refusal = try Varve.refusal(["restore", copy, directory.path("x")], code: 1)
        #expect(refusal.contains("BACKUP is missing"))
    }

    @Test func `a backup goes nowhere but where the server was told`() throws {
        for name in ["../x", "/tmp/x", ".hidden", "a/b", "a b", String(repeating: "a", count: 129)]
        {
            let refusal = try Varve.refusal(["backup", "--name", name] + url, code: 1)
            #expect(refusal.contains("invalid-backup-name"), "\(name)")
        }
        #expect(!File.exists(directory.path("backups")))
        let plain = try ServerProcess(["--memory", "--log-level", "error"])
        try plain.waitUntilReady()
        let other = ["--url", "http://127.0.0.1:\(plain.port)/v1/stream"]
        let refusal = try Varve.refusal(["backup", "--name", "a"] + other, code: 1)
        #expect(refusal.contains("backup-not-configured"))
        #expect(try Varve.refusal(["backup", "data"], code: 2).contains("DIR and TO"))
    }

    @Test func `statistics of a server and of its directory agree about what is settled`() throws {
        let live = try Varve.output(["stats", "--json"] + url)
        #expect(live.contains("\"largest\":[{\"bytes\":5,\"name\":\"s\",\"records\":1}]"))
        #expect(live.contains("\"append_bytes\":10"))
        let text = try Varve.output(["stats"] + url)
        #expect(text.contains("write amplification"))
        #expect(try server.stop() == .exited(0))
        let data = directory.path("data")
        let still = try Varve.output(["stats", data, "--json"])
        #expect(still.contains("\"largest\":[{\"bytes\":10,\"name\":\"s\",\"records\":2}]"))
        #expect(try !Varve.output(["stats", data, "--top", "0"]).contains("STREAM"))
        try FileManager.default.removeItem(atPath: "\(data)/catalog")
        #expect(try Varve.output(["stats", data, "--json"]).contains("\"records\":2"))
    }
}
