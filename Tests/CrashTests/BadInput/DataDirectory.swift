import Foundation
import ServerProcess
import Testing
import VarveBytes
import VarvePlatform

/// A data directory that a server wrote before it was killed, for tests that then spoil it: what
/// it wrote is in its journal, and all but the last record is known to be synced.
final class DataDirectory {
    private let parent: TemporaryDirectory

    /// The directory itself.
    let path: String

    /// Journal files small enough that a test may hash them all.
    static let smallFiles = ["--journal-file", "4MiB", "--max-body", "2MiB"]

    /// What the payload of every record begins with, so that a test finds it in a file.
    static let marker = "a record worth keeping, number "

    /// Runs a server, creates the stream `kept`, appends `count` records, and kills the server.
    init(records count: Int = 20) throws {
        parent = try TemporaryDirectory()
        path = parent.path("data")
        let server = try ServerProcess.ready(dataDirectory: path, Self.smallFiles)
        let connection = try server.connect()
        _ = try connection.request(
            "PUT", "/v1/stream/kept", headers: [("Content-Type", "text/plain")])
        for number in 0..<count {
            _ = try connection.request(
                "POST", "/v1/stream/kept", headers: [("Content-Type", "text/plain")],
                body: Array("\(Self.marker)\(number)\n".utf8))
        }
        try server.killWithoutWarning()
    }

    /// The paths of the journal files, in order.
    func journalFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/journal")
            .filter { $0.hasSuffix(".journal") }.sorted().map { "\(path)/journal/\($0)" }
    }

    /// Starts a server on the directory in vain and expects one line with all of `words`, and no
    /// change.
    func expectRefused(
        naming words: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try Refusal.expect(
            ["serve", "--listen", "127.0.0.1:\(Loopback.freePort())", "--data-dir", path]
                + Self.smallFiles,
            naming: words, unchanged: path, sourceLocation: sourceLocation)
    }

    /// Inverts one bit of the file at `file`.
    static func flip(bitOf byte: Int, in file: String) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(byte))
        let old = try handle.read(upToCount: 1)?.first ?? 0
        try handle.seek(toOffset: UInt64(byte))
        try handle.write(contentsOf: [old ^ 0x10])
    }

    /// Writes another format version into a journal file's header and makes its checksum right
    /// again.
    static func setVersion(_ version: UInt8, in file: String) throws {
        var content = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
        content[8] = version
        let checksum = content.withUnsafeBytes {
            CRC32C.value(UnsafeRawBufferPointer(rebasing: $0[0..<4092]), seed: 0)
        }
        for byte in 0..<4 {
            content[4092 + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * byte))
        }
        try Data(content).write(to: URL(fileURLWithPath: file))
    }

    /// Where the bytes of `text` begin in the file at `file`.
    static func position(of text: String, in file: String) throws -> Int? {
        try Data(contentsOf: URL(fileURLWithPath: file)).range(of: Data(text.utf8))?.lowerBound
    }
}
