import Foundation
import ServerProcess
import Testing
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// Directories that earlier builds wrote open for ever, and hold what they held.
@Suite(.blocking, .timeLimit(.minutes(30))) struct GoldenTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private static func isAsked(_ variable: String) -> Bool {
        ProcessInfo.processInfo.environment[variable] != nil
    }

    /// Makes the directories that are not there yet. One that is there is never made again.
    @Test(.enabled(if: isAsked("VARVE_MAKE_FIXTURES"), "VARVE_MAKE_FIXTURES is not set"))
    func `the golden directories are made`() throws {
        for script in GoldenScripts.all {
            let golden = Golden(name: script.name)
            guard !golden.exists else { continue }
            let requests = try Requests(TemporaryDirectory())
            try script.run(requests)
            let backup = try requests.backup()
            for name in ["BACKUP", "HEADS"] + (script.keepsCatalog ? [] : ["catalog"]) {
                try FileManager.default.removeItem(atPath: "\(backup)/\(name)")
            }
            let parent = URL(fileURLWithPath: golden.data).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: backup, toPath: golden.data)
        }
    }

    @Test(arguments: Golden.names)
    func `a golden directory opens, and holds what it held`(name: String) throws {
        let golden = Golden(name: name)
        let script = try #require(GoldenScripts.all.first { $0.name == name })
        let before = try DirectoryDigest(of: golden.data)
        let path = try golden.copy(to: directory)
        var found = [
            "dump.jsonl": try Golden.dump(path),
            "verification.json": try Golden.verification(path),
        ]
        let server = try Requests.reader(path)
        found["answers.txt"] = try Golden.answers(server, script)
        #expect(try server.stop() == .exited(0))
        #expect(try LogVerifier.verify(directory: path).isClean)
        // What was opened, settled and closed by this build is opened by it again.
        let again = try Requests.reader(path)
        #expect(try Golden.answers(again, script) == found["answers.txt"])
        #expect(try again.stop() == .exited(0))
        for (file, text) in found {
            if Self.isAsked("VARVE_RECORD_FIXTURES") {
                try text.write(toFile: golden.snapshot(file), atomically: true, encoding: .utf8)
            }
            #expect(try golden.recorded(file) == text, "\(name)/\(file)")
        }
        #expect(try DirectoryDigest(of: golden.data) == before)
    }

    @Test(arguments: Golden.names)
    func `a golden directory opens without its catalog, too`(name: String) throws {
        let golden = Golden(name: name)
        let script = try #require(GoldenScripts.all.first { $0.name == name })
        let path = try golden.copy(to: directory)
        try? FileManager.default.removeItem(atPath: "\(path)/catalog")
        let server = try Requests.reader(path)
        #expect(
            try Golden.answers(server, script) == golden.recorded("answers.txt"))
        #expect(try server.stop() == .exited(0))
    }

    @Test func `a directory of format 0 is refused by name, and one of format 2`() throws {
        let golden = Golden(name: "journal")
        for version: UInt8 in [0, 2] {
            let path = directory.path("format\(version)")
            try FileManager.default.copyItem(atPath: golden.data, toPath: path)
            let name = try #require(File.list("\(path)/journal").first)
            let file = "\(path)/journal/\(name)"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            bytes[8] = version
            bytes.replaceSubrange(4092..<4096, with: Encodings.checksum(bytes[..<4092]))
            try bytes.write(to: URL(fileURLWithPath: file))
            let before = try DirectoryDigest(of: path)
            let expected =
                version == 0
                ? LogError.olderFormat(path: "journal/\(name)", version: 0)
                : LogError.newerFormat(path: "journal/\(name)", version: 2)
            #expect(throws: expected) { _ = try EventLog.open(directory: path) }
            #expect(try DirectoryDigest(of: path) == before)
        }
    }
}
