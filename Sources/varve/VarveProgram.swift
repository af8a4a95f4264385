import Foundation
import VarvePlatform

/// The program `varve`: finds the subcommand, runs it, and turns its end into an exit code.
@main enum VarveProgram {
    /// Runs the command line.
    static func main() {
        let status = run(Array(CommandLine.arguments.dropFirst()))
        exit(status)
    }

    /// Runs the words behind the program's name; failures are one line on standard error.
    private static func run(_ words: [String]) -> Int32 {
        do throws(CommandFailure) {
            return try dispatch(words)
        } catch {
            // Nothing is left to be done when standard error itself is gone.
            try? StandardStream.error.write("varve: \(error.message)\n")
            return error.exitCode
        }
    }

    private static func dispatch(_ words: [String]) throws(CommandFailure) -> Int32 {
        guard let first = words.first else {
            try Output.error(
                HelpText.program(CommandTable.signatures, CommandTable.groups) + "\n")
            return 2
        }
        if let group = CommandTable.group(named: first) {
            guard words.count > 1, !["--help", "-h", "help"].contains(words[1]) else {
                let help = HelpText.group(group, CommandTable.signatures)
                if words.count > 1 { try Output.line(help) } else { try Output.error(help + "\n") }
                return words.count > 1 ? 0 : 2
            }
            return try run("\(first) \(words[1])", Array(words.dropFirst(2)))
        }
        let name = ["--help", "-h"].contains(first) ? "help" : first
        return try run(name == "--version" ? "version" : name, Array(words.dropFirst()))
    }

    /// Runs the subcommand of a name with the words behind it.
    private static func run(
        _ name: String, _ words: [String]
    ) throws(CommandFailure) -> Int32 {
        let command = try CommandTable.command(named: name)
        let signature = command.signature
        let given = try ArgumentParser.parse(words, by: signature)
        if given.isOn(CommandSignature.help) {
            try Output.line(HelpText.command(signature))
            return 0
        }
        let arguments = try OptionResolution.resolve(
            given, signature, environment: ProcessInfo.processInfo.environment)
        return try command.run(arguments)
    }
}
