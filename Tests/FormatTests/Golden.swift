import Foundation
import ServerProcess
import VarveBytes
import VarvePlatform

@testable import VarveLog

/// A golden directory: a log as an earlier build wrote it, and what it held. It is kept for ever,
/// and only ever read in copies.
struct Golden: CustomStringConvertible {
    /// All of them, by name.
    static let names = GoldenScripts.all.map(\.name)

    /// Its name, that of its directory in `Fixtures`.
    let name: String

    var description: String { name }

    private static let fixtures =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures").path

    /// Where the log lies.
    var data: String { "\(Self.fixtures)/\(name)/data" }

    /// The path of one of the files that say what the log held.
    func snapshot(_ file: String) -> String { "\(Self.fixtures)/\(name)/\(file)" }

    /// True when it has been made.
    var exists: Bool { File.isDirectory(data) }

    /// A copy of the log in `directory`; its path.
    func copy(to directory: TemporaryDirectory) throws -> String {
        let target = directory.path(name)
        try FileManager.default.copyItem(atPath: data, toPath: target)
        return target
    }

    /// What the file says.
    func recorded(_ file: String) throws -> String {
        try String(contentsOfFile: snapshot(file), encoding: .utf8)
    }

    /// Everything that the files of a log hold, but its catalog, a line for each thing.
    static func dump(_ directory: String) throws -> String {
        var options = InspectionOptions(parts: [.segments, .runs, .checkpoints, .records, .frames])
        options.content = .hex
        var text = ""
        try LogInspector.inspect(directory: directory, options: options) {
            text += $0.json + "\n"
        }
        return text
    }

    /// What verifying finds: streams, heads, and no damage.
    static func verification(_ directory: String) throws -> String {
        try LogVerifier.verify(directory: directory).json + "\n"
    }

    /// What a server on the log answers about every stream of a script, and every key.
    static func answers(
        _ server: ServerProcess, _ script: GoldenScripts.Script
    ) throws -> String {
        let connection = try server.connect()
        var text = try connection.request("GET", "/v1/stream/__ds/streams?limit=1000").text + "\n"
        for name in script.streams {
            let head = try connection.request("HEAD", "/v1/stream/\(name)")
            let page = try connection.request("GET", "/v1/stream/\(name)?offset=-1")
            let headers = [
                "content-type", "stream-next-offset", "stream-closed", "stream-ttl",
                "stream-expires-at", "stream-earliest-offset", "stream-forked-from",
            ].compactMap { key in head.headers[key].map { "\(key)=\($0)" } }
            let hash = page.body.withUnsafeBytes { SHA256Hasher.hash($0) }
            text += "\(name) \(head.status) \(headers.joined(separator: " ")) "
            text += "\(page.status) \(page.body.count) \(hash.hex)\n"
        }
        for key in script.keys {
            let message = "{\"key\":\"\(Data(key.utf8).base64EncodedString())\"}"
            let answer = try connection.request(
                "POST", "/store.query.v1.Service/Get",
                headers: [("Content-Type", "application/json")], body: Array(message.utf8))
            text += "\(key) \(answer.status) \(answer.text)\n"
        }
        return text
    }
}
