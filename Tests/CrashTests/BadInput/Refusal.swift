import ServerProcess
import Testing
import VarvePlatform

/// Checks that a program refused to run as a good program does.
enum Refusal {
    /// Expects a failure told in one line that has all of `words`, and a directory left as it was.
    static func expect(
        _ arguments: [String], environment: [String: String] = [:], naming words: [String],
        exitCode: Int32? = nil, unchanged directory: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try directory.map { try DirectoryDigest(of: $0) }
        let result = try RunningProgram.run(
            BuiltProgram.path("varve"), arguments, environment: environment)
        expectOneLine(result, naming: words, sourceLocation)
        if let exitCode {
            #expect(result.ending == .exited(exitCode), sourceLocation: sourceLocation)
        } else {
            #expect(result.ending != .exited(0), sourceLocation: sourceLocation)
        }
        let after = try directory.map { try DirectoryDigest(of: $0) }
        #expect(after == before, sourceLocation: sourceLocation)
    }

    /// Expects exactly one line on standard error, with all of `words` in it.
    static func expectOneLine(
        _ result: RunningProgram.Result, naming words: [String], _ sourceLocation: SourceLocation
    ) {
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
        for word in words {
            #expect(result.errors.contains(word), sourceLocation: sourceLocation)
        }
        guard case .exited = result.ending else {
            Issue.record("ended by a signal: \(result.ending)", sourceLocation: sourceLocation)
            return
        }
    }
}
