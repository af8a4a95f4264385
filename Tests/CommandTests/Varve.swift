import ServerProcess
import Testing
import VarvePlatform

/// The program `varve` of this build, run as a child process.
enum Varve {
    /// Runs it to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> RunningProgram.Result {
        try RunningProgram.run(
            BuiltProgram.path("varve"), arguments, environment: environment)
    }

    /// Runs it and expects failure: one line on standard error, nothing on standard output.
    ///
    /// - Returns: the line.
    static func refusal(
        _ arguments: [String], code: Int32, environment: [String: String] = [:]
    ) throws -> String {
        let result = try run(arguments, environment: environment)
        #expect(result.ending == .exited(code))
        #expect(result.output == "")
        #expect(result.errors.hasPrefix("varve: "))
        #expect(result.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        return String(result.errors.dropFirst("varve: ".count).dropLast())
    }

    /// Runs it and expects success.
    ///
    /// - Returns: its standard output.
    static func output(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> String {
        let result = try run(arguments, environment: environment)
        #expect(result.ending == .exited(0), "\(arguments): \(result.errors)")
        return result.output
    }
}
