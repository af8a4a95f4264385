import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// The pages and the program agree about commands and flags. The program is asked: `varve help
/// --json`.
@Suite(.blocking) struct FlagTests {
    private let repository = Repository.current

    private struct Help: Decodable {
        struct Command: Decodable {
            let name: String
            let options: [Flag]
        }
        struct Flag: Decodable {
            let name: String
            let value: String?
            let `default`: String?
            let environment: String?
        }
        let commands: [Command]
    }

    private static func help() throws -> Help {
        let result = try RunningProgram.run(BuiltProgram.path("varve"), ["help", "--json"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        return try JSONDecoder().decode(Help.self, from: Data(result.output.utf8))
    }

    @Test func everyServerFlagHasItsRowWithValueAndDefault() throws {
        let page = try #require(repository.text("docs/operations.md"))
        let serve = try #require(try Self.help().commands.first { $0.name == "serve" })
        #expect(serve.options.count > 10)
        let missing = serve.options.filter { $0.name != "help" }.map(Self.row).filter {
            !page.contains($0)
        }
        #expect(missing.isEmpty)
    }

    @Test func everyFlagOfThePagesExists() throws {
        let known = Set(try Self.help().commands.flatMap(\.options).map { "--\($0.name)" })
        var unknown: [String] = []
        for page in repository.pages where page.isUnder("docs") || page.path == "README.md" {
            for line in page.lines where Self.isAboutVarve(line) {
                for flag in Self.flags(in: line) where !known.contains(flag) {
                    unknown.append("\(page.path): \(flag)")
                }
            }
        }
        #expect(unknown.isEmpty)
    }

    @Test func everyCommandIsOnAPage() throws {
        let guide = try #require(repository.text("docs/operations.md"))
        let missing = try Self.help().commands.map(\.name).filter {
            !guide.contains("`varve \($0)")
        }
        #expect(missing.isEmpty)
    }

    @Test func everyMetricIsOnThePage() throws {
        let page = try #require(repository.text("docs/operations.md"))
        let server = try ServerProcess(["--memory"])
        try server.waitUntilReady()
        let text = try server.connect().request("GET", "/metrics").text
        let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .compactMap { $0.split(separator: " ").dropFirst(2).first }
        #expect(names.count > 8)
        #expect(names.filter { !page.contains("`\($0)`") }.isEmpty)
        let written = Self.words(in: page, beginningWith: "`varve_").filter { $0.last == "`" }
        #expect(written.filter { !names.contains($0.dropFirst().dropLast()) }.isEmpty)
    }

    /// The beginning of a flag's row in the table of the operations page.
    private static func row(of flag: Help.Flag) -> String {
        let value = flag.value.map { " \($0.replacingOccurrences(of: "|", with: "\\|"))" } ?? ""
        let standard = flag.default.map { "`\($0)`" } ?? ""
        return "| `--\(flag.name)\(value)` | \(standard) |"
    }

    /// Lines about other programs have flags of their own.
    private static func isAboutVarve(_ line: String) -> Bool {
        let others = [
            "varve-simulate", "curl", "swift ", "apt", "make ", "perf ", "mount", "gcc", "taskset",
            "git ",
        ]
        return !others.contains { line.contains($0) }
    }

    private static func flags(in line: String) -> [String] {
        words(in: line, beginningWith: "--").filter { $0.count > 3 }
    }

    /// The words of `text` that begin with `start`, up to the first character that no name has.
    private static func words(in text: String, beginningWith start: String) -> [String] {
        text.components(separatedBy: start).dropFirst().map { rest in
            let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            let end = rest.dropFirst(name.count).first == "`" && start.hasPrefix("`") ? "`" : ""
            return start + name + end
        }
    }
}
