import Foundation
import ServerProcess
import VarvePlatform

/// Types the commands of a story one after the other into a shell in an empty directory.
///
/// The page's address is that of a server of its own; `varve` is the program of this build. What
/// differs from run to run (times, ports, process ids, random parts) is replaced by a sign on both
/// sides.
final class StoryRunner {
    /// The address that the pages use.
    static let pageAddress = "127.0.0.1:4437"

    /// Whether the pages are to be written anew: then nothing is expected, and what commands print
    /// in a few seconds is what they print.
    static let isRecording = ProcessInfo.processInfo.environment["VARVE_RECORD_PAGES"] != nil

    /// How many seconds a command may take to print what its page shows.
    private static let patience = isRecording ? 3 : 120

    private let directory: TemporaryDirectory
    private let address = "127.0.0.1:\(Loopback.freePort())"
    private var running: [RunningProgram] = []

    /// Prepares a directory; with `serving` a server is at the address already, as a page assumes
    /// that begins after `make serve`.
    init(serving: Bool) throws {
        directory = try TemporaryDirectory()
        if serving {
            let server = try start("exec varve serve --data-dir data")
            try waitUntilServing(server)
            running.append(server)
        }
    }

    /// Types the step's command; returns all that it prints, an endless one's as soon as it is what
    /// the page shows or when it does not become that in time.
    func output(of step: Story.Step) throws -> [String] {
        let command = step.command.replacingOccurrences(of: Self.pageAddress, with: address)
        let expected = Self.normal(step.output)
        let deadline = Deadline(seconds: Self.patience)
        if step.isEndless {
            let program = try start("exec 2>&1; exec \(command)")
            _ = deadline.wait {
                !Self.isRecording && Self.normal(lines(of: program)) == expected
            }
            if step.command.hasPrefix("varve serve") {
                try waitUntilServing(program)
                running.append(program)
            }
            return lines(of: program)
        }
        var printed: [String] = []
        _ = try deadline.wait {
            let program = try start("exec 2>&1; \(command)")
            _ = try program.child.wait()
            printed = lines(of: program)
            return !step.isRepeatable
                || (!Self.isRecording && Self.normal(printed) == expected)
        }
        return printed
    }

    /// The lines with a sign in place of whatever another run prints otherwise.
    static func normal(_ lines: [String]) -> [String] {
        lines.map { line in
            patterns.reduce(line) { text, pattern in
                text.replacingOccurrences(
                    of: pattern.regex, with: pattern.sign, options: .regularExpression)
            }
        }
    }

    private static let patterns: [(regex: String, sign: String)] = [
        ("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<time>"),
        ("(?i)^(date: ).*", "$1<date>"),
        ("(?i)^(etag: ).*", "$1<tag>"),
        ("(?i)^(stream-cursor: )\\d+", "$1<cursor>"),
        ("(\"streamCursor\":\")\\d+", "$1<cursor>"),
        ("\\b([0-9a-f]{64})\\b", "<hash>"),
        ("\\bpid=\\d+", "pid=<pid>"),
        ("\\b(process|pid) \\d+", "$1 <pid>"),
        ("\\b\\d+(\\.\\d+)? ?(ms|µs)\\b", "<duration>"),
        ("\\b(duration|seconds|milliseconds|recovery_ms|elapsed_ms)=[0-9.]+", "$1=<duration>"),
    ]

    private func start(_ command: String) throws -> RunningProgram {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try RunningProgram(
            "bash", ["-c", command],
            environment: [
                "PATH": "\(BuiltProgram.directory.path):\(path)",
                "VARVE_LISTEN": address,
                "VARVE_URL": "http://\(address)/v1/stream",
            ], directory: directory.path)
    }

    private func lines(of program: RunningProgram) -> [String] {
        var lines = program.output.replacingOccurrences(of: "\r", with: "")
            .replacingOccurrences(of: address, with: Self.pageAddress)
            .replacingOccurrences(
                of: "port=\(address.split(separator: ":")[1])", with: "port=4437"
            )
            .components(separatedBy: "\n")
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private func waitUntilServing(_ program: RunningProgram) throws {
        let port = UInt16(address.split(separator: ":")[1]) ?? 0
        let isServing = Deadline(seconds: 300).wait {
            guard !program.hasEnded, let connection = try? RawConnection(port: port) else {
                return program.hasEnded
            }
            return (try? connection.request("GET", "/ready").status) == 200
        }
        guard isServing, !program.hasEnded else {
            throw ServerProcess.Failure.notReady(errors: program.output)
        }
    }
}
