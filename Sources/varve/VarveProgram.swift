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
            try Output.error(HelpText.program(CommandTable.signatures) + "\n")
            return 2
        }
        let name = ["--help", "-h"].contains(first) ? "help" : first
        let command = try CommandTable.command(named: name == "--version" ? "version" : name)
        let signature = command.signature
        let given = try ArgumentParser.parse(Array(words.dropFirst()), by: signature)
        if given.isOn(CommandSignature.help) {
            try Output.line(HelpText.command(signature))
            return 0
        }
        let arguments = try OptionResolution.resolve(
            given, signature, environment: ProcessInfo.processInfo.environment)
        return try command.run(arguments)
    }
}
