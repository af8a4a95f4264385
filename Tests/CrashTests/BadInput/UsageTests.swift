import Foundation
import ServerProcess
import Testing

/// What an operator can type wrong: told in one line that names it, with exit code 2, before
/// anything is touched.
@Suite(.blocking) struct UsageTests {
    /// A command line and what its error must name.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let names: [String]

        init(_ arguments: [String], _ names: String...) {
            self.arguments = arguments
            self.names = names
        }

        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let mistakes = [
        Mistake(["no-such-command"], "no-such-command"),
        Mistake(["serve", "--memory", "--no-such-flag"], "--no-such-flag"),
        Mistake(["serve", "--memory", "--durability", "sometimes"], "durability", "sometimes"),
        Mistake(["serve", "--memory", "--durability"], "--durability"),
        Mistake(["serve", "--memory", "--listen", "127.0.0.1:70000"], "listen", "70000"),
        Mistake(["serve", "--memory", "--loops", "0"], "loops"),
        Mistake(["serve", "--memory", "--loops", "-1"], "loops"),
        Mistake(["serve", "--memory", "--max-body", "lots"], "max-body", "lots"),
        Mistake(["serve", "--memory", "--log-level", "chatty"], "log-level", "chatty"),
        Mistake(["serve", "--memory", "--base-path", "v1"], "base-path"),
        Mistake(["serve", "--memory", "surplus"], "surplus"),
        Mistake(["serve", "--memory", "--config", "/nonexistent/varve.toml"], "varve.toml"),
        Mistake(["verify"], "DIR"),
        Mistake(["verify", "/nonexistent/data"], "/nonexistent/data"),
        Mistake(["inspect", "/nonexistent/data"], "/nonexistent/data"),
        Mistake(["read"], "STREAM"),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsNamedInOneLine(mistake: Mistake) throws {
        try Refusal.expect(mistake.arguments, naming: mistake.names, exitCode: 2)
    }

    @Test func memoryAndADirectoryExcludeEachOther() throws {
        let directory = try TemporaryDirectory()
        try Refusal.expect(
            ["serve", "--memory", "--data-dir", directory.path], naming: ["memory", "data-dir"],
            exitCode: 2, unchanged: directory.path)
    }

    @Test func aWrongSettingInTheEnvironmentIsNamed() throws {
        try Refusal.expect(
            ["serve", "--memory"], environment: ["VARVE_DURABILITY": "sometimes"],
            naming: ["VARVE_DURABILITY", "sometimes"], exitCode: 2)
    }

    @Test(arguments: ["no-such-key = 1\n", "{\"no-such-key\": 1}\n"])
    func anUnknownKeyInAConfigurationFileIsNamed(content: String) throws {
        let directory = try TemporaryDirectory()
        let file = directory.path(content.hasPrefix("{") ? "varve.json" : "varve.toml")
        try content.write(toFile: file, atomically: true, encoding: .utf8)
        try Refusal.expect(
            ["serve", "--memory", "--config", file], naming: [file, "no-such-key"], exitCode: 2,
            unchanged: directory.path)
    }

    @Test func anAddressInUseIsNamed() throws {
        let server = try ServerProcess(["--memory"])
        try server.waitUntilReady()
        try Refusal.expect(
            ["serve", "--memory", "--listen", "127.0.0.1:\(server.port)"],
            naming: ["127.0.0.1:\(server.port)"])
    }
}
