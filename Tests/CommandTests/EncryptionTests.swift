import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// An encrypted log from the command line: what it takes to open one, and what is refused.
@Suite(.blocking, .timeLimit(.minutes(30))) struct EncryptionTests {
    private let directory: TemporaryDirectory
    private let data: String
    private let key: String

    init() throws {
        directory = try TemporaryDirectory()
        data = directory.path("data")
        key = directory.path("key")
        _ = try Varve.output(["encryption-key", key])
    }

    /// Runs a server over the directory while `body` talks to it.
    private func serve(
        _ options: [String], _ body: (_ url: [String]) throws -> Void = { _ in }
    ) throws {
        let server = try ServerProcess.ready(
            dataDirectory: data,
            ["--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error"] + options)
        try body(["--url", "http://127.0.0.1:\(server.port)/v1/stream"])
        #expect(try server.stop() == .exited(0))
    }

    /// Makes a log with one stream.
    private func fill(_ options: [String]) throws {
        try serve(options) { url in
            _ = try Varve.output(["create", "s", "-t", "text/plain"] + url)
            _ = try Varve.output(["append", "s", "-d", "a secret of mine"] + url)
        }
    }

    private var withKey: [String] { ["--encryption-key-file", key] }

    @Test func `what a server wrote with a key is read with it, and tells nobody else anything`()
        throws
    {
        try fill(withKey)
        let names = try FileManager.default.subpathsOfDirectory(atPath: data)
        let segments = names.filter { $0.hasSuffix(".segment") }
        #expect(segments.count == 1)
        for name in names {
            let bytes = FileManager.default.contents(atPath: "\(data)/\(name)") ?? Data()
            #expect(bytes.range(of: Data("secret".utf8)) == nil, "\(name)")
        }
        try serve(withKey) { url in
            let text = try Varve.output(["read", "s"] + url)
            #expect(text == "a secret of mine")
        }
        let report = try Varve.output(["verify", data] + withKey)
        #expect(report.hasSuffix(": clean\n"))
        let items = try Varve.output(
            ["inspect", data], environment: ["VARVE_ENCRYPTION_KEY_FILE": key])
        #expect(items.contains("segments/"))
    }

    @Test
    func `a wrong key, a missing one, and one for a plain log are refused and change nothing`()
        throws
    {
        try fill(withKey)
        let other = directory.path("other")
        _ = try Varve.output(["encryption-key", other])
        let before = try DirectoryDigest(of: data)
        for command in [["serve", "--data-dir", data], ["verify", data], ["inspect", data]] {
            let missing = try Varve.refusal(command, code: 1)
            #expect(missing.hasPrefix("\(data)/journal/"))
            #expect(missing.hasSuffix(": encrypted, and no key was given (--encryption-key-file)"))
            let wrong = try Varve.refusal(command + ["--encryption-key-file", other], code: 1)
            #expect(wrong.hasPrefix("\(data)/journal/"))
            #expect(wrong.hasSuffix(": wrong key: it was encrypted with another"))
        }
        #expect(try DirectoryDigest(of: data) == before)
    }

    @Test func `a plain log is not encrypted by giving a key`() throws {
        try fill([])
        let before = try DirectoryDigest(of: data)
        for command in [["serve", "--data-dir", data], ["verify", data], ["inspect", data]] {
            let line = try Varve.refusal(command + withKey, code: 1)
            #expect(line.hasPrefix("\(data)/"))
            #expect(
                line.hasSuffix(": not encrypted, in a directory that was opened with a key"))
        }
        #expect(try DirectoryDigest(of: data) == before)
    }

    @Test func `a log that was served without a key is encrypted with its store, and decrypted`()
        throws
    {
        try serve([]) { url in
            _ = try Varve.output(["create", "s", "-t", "text/plain"] + url)
            _ = try Varve.output(["append", "s", "-d", "a secret of mine"] + url)
            _ = try Varve.output(["kv", "put", "word", "another secret"] + url)
        }
        _ = try Varve.output(["rekey", data, "--new-key-file", key])
        for name in try FileManager.default.subpathsOfDirectory(atPath: data) {
            let bytes = FileManager.default.contents(atPath: "\(data)/\(name)") ?? Data()
            #expect(bytes.range(of: Data("secret".utf8)) == nil, "\(name)")
        }
        func isThere(_ url: [String]) throws {
            #expect(try Varve.output(["read", "s"] + url) == "a secret of mine")
            #expect(try Varve.output(["kv", "get", "word"] + url).contains("another secret"))
        }
        try serve(withKey, isThere)
        _ = try Varve.output(["rekey", data, "--plain"] + withKey)
        try serve([], isThere)
        #expect(try Varve.output(["verify", data]).hasSuffix(": clean\n"))
    }

    @Test func `a key file that others may read, or that holds no key, is refused`() throws {
        let serve = ["serve", "--data-dir", data] + withKey
        #expect(chmod(key, 0o640) == 0)
        #expect(try Varve.refusal(serve, code: 1).hasSuffix("a key needs mode 0600"))
        #expect(chmod(key, 0o600) == 0)
        try Data(repeating: 7, count: 31).write(to: URL(fileURLWithPath: key))
        #expect(chmod(key, 0o600) == 0)
        #expect(
            try Varve.refusal(serve, code: 1)
                == "\(key): not a key: expected 32 bytes or 64 hexadecimal digits")
        let none = directory.path("none")
        #expect(
            try Varve.refusal(
                ["verify", data, "--encryption-key-file", none], code: 1)
                == "\(none): no such file or directory")
        #expect(!File.exists(data))
        #expect(
            try Varve.refusal(["serve", "--memory"] + withKey, code: 2)
                == "--encryption-key-file: needs --data-dir, memory is not encrypted")
    }

    @Test func `a key is made once, and only its owner may read it`() throws {
        #expect(try Varve.refusal(["encryption-key", key], code: 1) == "\(key): exists already")
        let attributes = try FileManager.default.attributesOfItem(atPath: key)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let text = try String(contentsOfFile: key, encoding: .utf8)
        #expect(text.count == 65)
        let digits = text.dropLast().filter(\.isHexDigit)
        #expect(digits.count == 64)
    }
}
