import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// Signed heads of a real server.
@Suite(.blocking, .timeLimit(.minutes(30))) struct ProofCommandTests {
    private let directory: TemporaryDirectory
    private let data: String

    init() throws {
        directory = try TemporaryDirectory()
        data = directory.path("data")
    }

    private func serve() throws -> (ServerProcess, [String]) {
        let server = try ServerProcess.ready(
            dataDirectory: data, ["--journal-file", "1MiB", "--max-body", "512KiB"])
        return (server, ["--url", "http://127.0.0.1:\(server.port)/v1/stream"])
    }

    @Test func `a server makes its key once, and signs with it from then on`() throws {
        var (server, url) = try serve()
        _ = try Varve.output(["create", "s", "-t", "text/plain"] + url)
        _ = try Varve.output(["append", "s", "-d", "one"] + url)
        let first = try Varve.output(["head", "s", "--signed"] + url)
        #expect(first.hasPrefix("{\"type\":\"varve/head/1\","))
        let file = directory.path("s.head")
        let line = try Varve.output(["head", "s", "--signed", "--out", file] + url)
        #expect(line.hasPrefix("\(file): s at 0000000000000001_0000000000000003, key "))
        #expect(
            try Varve.refusal(["head", "s", "--signed", "--out", file] + url, code: 1)
                .contains(file))
        let keys = try Varve.output(["keys", "list", data])
        let key = String(keys.prefix(16))
        #expect(keys == "\(key) signing\n")
        #expect(first.contains("\"key\":\"\(key)\""))
        #expect(try server.stop() == .exited(0))

        _ = try Varve.output(["keys", "rotate", data])
        (server, url) = try serve()
        let second = try Varve.output(["head", "s", "--signed"] + url)
        #expect(!second.contains("\"key\":\"\(key)\""))
        let listed = try server.connect().request("GET", "/v1/stream/__ds/keys").text
        #expect(listed.contains("{\"key\":\"\(key)\",\"algorithm\":\"ed25519\""))
        #expect(listed.contains("\"signing\":false") && listed.contains("\"signing\":true"))
        #expect(try server.stop() == .exited(0))
    }

    @Test func `a log is checked against a head that was kept, with the operator's public key`()
        throws
    {
        let (server, url) = try serve()
        _ = try Varve.output(["create", "s", "-t", "text/plain"] + url)
        _ = try Varve.output(["create", "other", "-t", "text/plain"] + url)
        _ = try Varve.output(["append", "s", "-d", "<one>"] + url)
        let older = directory.path("older")
        _ = try server.connect().request("POST", "/v1/stream/__ds/settle")
        try FileManager.default.copyItem(atPath: data, toPath: older)
        _ = try Varve.output(["append", "s", "-d", "<two>"] + url)
        let head = directory.path("s.head")
        _ = try Varve.output(["head", "s", "--signed", "--out", head] + url)
        _ = try Varve.output(["append", "s", "-d", "<three>"] + url)
        #expect(try server.stop() == .exited(0))

        let key = try #require(
            File.list("\(data)/keys").first { $0 != "signing.pem" && $0.hasSuffix(".pem") })
        let given = ["--head", head, "--public-key", "\(data)/keys/\(key)"]
        let text = try Varve.output(["verify", data, "--jobs", "2"] + given)
        #expect(text.contains("head: stream \"s\": proven: the log has this history up to "))
        let own = try Varve.output(["verify", data, "--stream", "s", "--head", head])
        #expect(own.hasPrefix("signatures are checked with the keys in \(data)/keys"))
        #expect(!own.contains("\"other\""))
        let json = try Varve.output(["verify", data, "--json"] + given)
        #expect(json.contains("\"verdict\":\"held\""))
        #expect(json.contains("\"signature\":\"valid\",\"proven\":true"))

        let cut = try Varve.run(["verify", older] + given)
        #expect(cut.ending == .exited(1))
        #expect(cut.output.contains("records were cut off; signature of key"))
        #expect(cut.output.hasSuffix(": clean\n"))
        let stranger = directory.path("stranger")
        _ = try Varve.output(["keys", "generate", stranger])
        let foreign = try #require(
            File.list("\(stranger)/keys").first { $0 != "signing.pem" && $0.hasSuffix(".pem") })
        let keyless = try Varve.run(
            ["verify", data, "--head", head, "--public-key", "\(stranger)/keys/\(foreign)"])
        #expect(keyless.ending == .exited(1))
        #expect(keyless.output.contains("NOT PROVEN") && keyless.output.contains("no key "))
    }

    @Test func `the script of the page on proof comes to the signed head by hand`() throws {
        let (server, url) = try serve()
        _ = try Varve.output(["create", "café", "-t", "application/json"] + url)
        _ = try Varve.output(
            ["append", "café", "-t", "application/json", "-d", "[1,{\"a\":\"é\"},\"x\"]"] + url)
        _ = try Varve.output(["close", "café"] + url)
        let head = directory.path("head.json")
        _ = try Varve.output(["head", "café", "--signed", "--out", head] + url)
        #expect(try server.stop() == .exited(0))
        let key = try #require(
            File.list("\(data)/keys").first { $0 != "signing.pem" && $0.hasSuffix(".pem") })

        let page = try String(contentsOfFile: Self.page, encoding: .utf8)
        let block = try #require(page.components(separatedBy: "```sh\n").last)
        let script = try #require(block.components(separatedBy: "```").first)
        let file = directory.path("check.sh")
        try Data(script.utf8).write(to: URL(fileURLWithPath: file))
        let program = URL(fileURLWithPath: BuiltProgram.path("varve"))
            .deletingLastPathComponent().path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let command =
            "cd '\(directory.path(""))' && PATH='\(program)':'\(path)' sh '\(file)' "
            + "'\(data)' café '\(head)' '\(data)/keys/\(key)'"
        let result = try RunningProgram.run("/bin/sh", ["-c", command])
        let lines = result.output.split(separator: "\n")
        #expect(result.ending == .exited(0), "\(result.errors)")
        try #require(lines.count == 3, "\(result.output)")
        #expect(lines[0].split(separator: " ").last == lines[1].split(separator: " ").last)
        #expect(lines[2] == "Signature Verified Successfully")
    }

    /// The page on proof.
    private static let page = #filePath.replacing(
        "Tests/CommandTests/ProofCommandTests.swift", with: "docs/proof.md")

    @Test func `what is no head, no key or no stream is said in one line`() throws {
        let (server, _) = try serve()
        #expect(try server.stop() == .exited(0))
        let file = directory.path("file")
        try Data("{}".utf8).write(to: URL(fileURLWithPath: file))
        let head = try Varve.refusal(["verify", data, "--head", file], code: 2)
        #expect(head.contains("\(file): not a signed head"))
        let key = try Varve.refusal(["verify", data, "--public-key", file], code: 2)
        #expect(key.contains("\(file): not a key"))
        let missing = try Varve.refusal(["verify", data, "--head", "\(file)2"], code: 2)
        #expect(missing.contains("\(file)2"))
        let absent = try Varve.run(["verify", data, "--stream", "absent"])
        #expect(absent.ending == .exited(1))
        #expect(absent.errors.contains("no stream \"absent\""))
    }

    @Test func `a key that others may read keeps a server from starting, in one line`() throws {
        let (server, _) = try serve()
        #expect(try server.stop() == .exited(0))
        let path = "\(data)/keys/signing.pem"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let line = try Varve.refusal(["serve", "--data-dir", data], code: 1)
        #expect(line.contains("\(path): others than its owner may read or write it"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try Data("nothing".utf8).write(to: URL(fileURLWithPath: path))
        let other = try Varve.refusal(["serve", "--data-dir", data], code: 1)
        #expect(other.contains("\(path): not a key"))
    }

    @Test func `options of signed heads without the option that signs are wrong usage`() throws {
        for words in [["--offset", "now"], ["--out", "x"]] {
            #expect(try Varve.refusal(["head", "s"] + words, code: 2).contains("needs --signed"))
        }
    }
}
