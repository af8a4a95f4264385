import Foundation
import Glibc
import ServerProcess
import Testing
import VarvePlatform

/// What can be wrong with a data directory: told in one line that names it, and nothing on disk
/// changed.
@Suite(.blocking) struct DirectoryTests {
    @Test func aFileWhereTheDirectoryShouldBeIsNamed() throws {
        let parent = try TemporaryDirectory()
        let file = parent.path("data")
        try "not a directory".write(toFile: file, atomically: true, encoding: .utf8)
        try refuse(file, naming: [file], unchanged: parent.path)
        try refuse("\(file)/below", naming: [file], unchanged: parent.path)
    }

    @Test func aDirectoryThatCannotBeMadeIsNamed() throws {
        try refuse("/proc/varve-data", naming: ["/proc/varve-data"], unchanged: nil)
    }

    @Test func aDirectoryThatCannotBeReadIsNamed() throws {
        let parent = try TemporaryDirectory()
        let data = parent.path("data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        chmod(data, 0)
        defer { chmod(data, 0o700) }
        chmod(parent.path, 0o755)
        // Nothing is unreadable to root, so root runs the program as nobody.
        let program = BuiltProgram.path("varve")
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", program]
        let asNobody = getuid() == 0
        if asNobody {
            let canRun = try RunningProgram.run("setpriv", nobody + ["version"])
            try #require(
                canRun.ending == .exited(0), "nobody cannot run \(program): \(canRun.errors)")
        }
        let arguments = [
            "serve", "--listen", "127.0.0.1:\(Loopback.freePort())", "--data-dir", data,
        ]
        let result = try RunningProgram.run(
            asNobody ? "setpriv" : program, (asNobody ? nobody : []) + arguments)
        Refusal.expectOneLine(result, naming: [data], #_sourceLocation)
        #expect(result.ending != .exited(0))
    }

    @Test func aSecondServerIsRefusedAndTheFirstGoesOn() throws {
        let parent = try TemporaryDirectory()
        let data = parent.path("data")
        let first = try ServerProcess.ready(dataDirectory: data, DataDirectory.smallFiles)
        // What the first one writes by itself would be taken for the second one's doing.
        let process = first.program.child.identifier
        try pause(process)
        defer { kill(process, SIGCONT) }
        try refuse(data, naming: [data, "\(process)"], unchanged: data)
        kill(process, SIGCONT)
        let connection = try first.connect()
        #expect(try connection.request("PUT", "/v1/stream/after").status == 201)
        #expect(try first.stop() == .exited(0))
    }

    @Test func aDirectoryOfSomethingElseIsRefusedUntouched() throws {
        let directory = try TemporaryDirectory()
        try "mine".write(
            toFile: directory.path("letters.txt"), atomically: true, encoding: .utf8)
        try refuse(directory.path, naming: ["letters.txt"], unchanged: directory.path)
    }

    @Test(arguments: ["notes.txt", "journal/notes.txt", "journal/1.journal", "segments/x"])
    func aForeignFileAmongOursIsNamed(name: String) throws {
        let data = try DataDirectory()
        let path = "\(data.path)/\(name)"
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(),
            withIntermediateDirectories: true)
        try "not ours".write(toFile: path, atomically: true, encoding: .utf8)
        let named = name.hasPrefix("segments") ? "segments" : name
        try data.expectRefused(naming: [named])
    }

    @Test func aNewerFormatIsNamed() throws {
        let data = try DataDirectory()
        let file = try #require(try data.journalFiles().last)
        try DataDirectory.setVersion(9, in: file)
        let name = URL(fileURLWithPath: file).lastPathComponent
        try data.expectRefused(naming: [name, "format 9"])
    }

    @Test func damageIsReportedWithItsPlaceAndNeverCutOff() throws {
        let data = try DataDirectory()
        let (file, byte) = try #require(try place(of: "\(DataDirectory.marker)7\n", in: data))
        try DataDirectory.flip(bitOf: byte, in: file)
        let name = URL(fileURLWithPath: file).lastPathComponent
        try data.expectRefused(naming: [name, "damaged", "byte"])
        try verifyReports(data, naming: [name])
    }

    @Test func aMissingJournalFileIsNamed() throws {
        let data = try DataDirectory()
        // Each start begins a new file, so a second run makes the first file a middle one.
        try ServerProcess.ready(dataDirectory: data.path, DataDirectory.smallFiles)
            .killWithoutWarning()
        let file = try #require(try data.journalFiles().first)
        try FileManager.default.removeItem(atPath: file)
        try data.expectRefused(naming: [URL(fileURLWithPath: file).lastPathComponent])
    }

    @Test func whatADeadServerLeftBehindIsNoObstacle() throws {
        let data = try DataDirectory()
        try "4194304\n".write(toFile: "\(data.path)/LOCK", atomically: false, encoding: .utf8)
        let server = try ServerProcess.ready(dataDirectory: data.path, DataDirectory.smallFiles)
        let answer = try server.connect().request("GET", "/v1/stream/kept?offset=-1")
        #expect(answer.text.hasSuffix("\(DataDirectory.marker)19\n"))
        #expect(try server.stop() == .exited(0))
    }

    private func refuse(
        _ data: String, naming words: [String], unchanged: String?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try Refusal.expect(
            [
                "serve", "--listen", "127.0.0.1:\(Loopback.freePort())", "--data-dir", data,
            ] + DataDirectory.smallFiles, naming: words, unchanged: unchanged,
            sourceLocation: sourceLocation)
    }

    /// Has a child stand still, and waits until it does.
    private func pause(_ process: Int32) throws {
        var information = siginfo_t()
        let isPaused =
            kill(process, SIGSTOP) == 0
            && waitid(P_PID, id_t(process), &information, WSTOPPED | WNOWAIT) == 0
        try #require(isPaused)
    }

    private func place(of text: String, in data: DataDirectory) throws -> (String, Int)? {
        for file in try data.journalFiles() {
            if let byte = try DataDirectory.position(of: text, in: file) { return (file, byte) }
        }
        return nil
    }

    private func verifyReports(_ data: DataDirectory, naming words: [String]) throws {
        let before = try DirectoryDigest(of: data.path)
        let text = try RunningProgram.run(BuiltProgram.path("varve"), ["verify", data.path])
        #expect(text.ending == .exited(1))
        for word in words { #expect((text.output + text.errors).contains(word)) }
        let json = try RunningProgram.run(
            BuiltProgram.path("varve"), ["verify", data.path, "--json"])
        #expect(json.ending == .exited(1))
        #expect((try? JSONSerialization.jsonObject(with: Data(json.output.utf8))) != nil)
        #expect(try DirectoryDigest(of: data.path) == before)
    }
}
