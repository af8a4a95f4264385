import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// Help that is complete because it is made from what the parser reads.
@Suite(.blocking) struct HelpTests {
    /// What `varve help --json` describes.
    private struct Document: Decodable {
        struct Command: Decodable {
            let name: String
            let options: [Flag]
        }
        struct Flag: Decodable {
            let name: String
            let summary: String
        }
        let commands: [Command]
    }

    private func document() throws -> Document {
        try JSONDecoder().decode(
            Document.self, from: Data(Varve.output(["help", "--json"]).utf8))
    }

    @Test func `the help of each command names every option, has an example and the exit codes`()
        throws
    {
        for command in try document().commands {
            let words = command.name.split(separator: " ").map(String.init)
            let help = try Varve.output(words + ["--help"])
            #expect(try Varve.output(["help"] + words) == help)
            #expect(help.contains("usage: varve \(command.name)"))
            #expect(help.contains("examples:\n  # "))
            #expect(help.contains("exit codes: 0"))
            for option in command.options {
                #expect(help.contains("--\(option.name)"))
                #expect(!option.summary.hasSuffix("."))
            }
            #expect(help.split(separator: "\n").allSatisfy { $0.count <= 100 })
        }
    }

    @Test func `help, --help and help COMMAND agree`() throws {
        #expect(try Varve.output(["help"]) == Varve.output(["--help"]))
        #expect(try Varve.output(["help", "append"]) == Varve.output(["append", "-h"]))
    }

    @Test func `a group of commands has a help of its own, and suggests its own names`() throws {
        let help = try Varve.output(["kv", "--help"])
        #expect(help == (try Varve.output(["help", "kv"])))
        #expect(help.contains("usage: varve kv COMMAND"))
        #expect(help.contains("\n  subscribe  Print batches as they come\n"))
        let result = try Varve.run(["kv"])
        #expect(result.ending == .exited(2))
        #expect(result.errors == help)
        #expect(
            try Varve.refusal(["kv", "scna"], code: 2)
                == "unknown command \"kv scna\" (did you mean kv scan?): `varve help kv` lists the "
                + "commands")
    }

    @Test func `without a command the help is an error`() throws {
        let result = try Varve.run([])
        #expect(result.ending == .exited(2))
        #expect(try result.errors == Varve.output(["help"]))
    }
}
