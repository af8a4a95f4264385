import Foundation
import Glibc
package import VarvePlatform

/// A program run as a child of the test, its two outputs collected in files, ended at the latest
/// with the object. The wait and the kill are those of `ChildProcess`: any thread may use them.
package final class RunningProgram: Sendable {
    /// What a program wrote and how it ended.
    package struct Result: Sendable {
        /// How it ended.
        package let ending: ChildProcess.Ending
        /// Everything it wrote to standard output.
        package let output: String
        /// Everything it wrote to standard error.
        package let errors: String
    }

    /// The child.
    package let child: ChildProcess

    private let outputs: TemporaryDirectory

    /// Starts `program` with `arguments` in `directory` (the test's own if nil). `environment` is
    /// added to that of the test, of which every `VARVE_…` setting is left out.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        directory: String? = nil
    ) throws {
        outputs = try TemporaryDirectory()
        let output = try Self.create(outputs.path("output"))
        let errors = try Self.create(outputs.path("errors"))
        let input = try File.open("/dev/null", access: .read, create: .never)
        let settings = ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("VARVE_") }
        child = try ChildProcess(
            "/usr/bin/env",
            arguments: settings.flatMap { ["--unset", $0] }
                + (directory.map { ["--chdir", $0] } ?? [])
                + ["SWIFT_BACKTRACE=enable=no"] + environment.map { "\($0.key)=\($0.value)" }
                + [program] + arguments,
            input: input.raw, output: output.raw, error: errors.raw)
    }

    deinit {
        child.kill()
        _ = try? child.wait()
    }

    /// Runs `program` to its end.
    package static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        directory: String? = nil
    ) throws -> Result {
        let running = try RunningProgram(
            program, arguments, environment: environment, directory: directory)
        let ending = try running.child.wait()
        return Result(ending: ending, output: running.output, errors: running.errors)
    }

    /// Everything written to standard output so far.
    package var output: String { read("output") }

    /// Everything written to standard error so far.
    package var errors: String { read("errors") }

    /// Whether the child has ended. It stays to be waited for.
    package var hasEnded: Bool {
        var information = siginfo_t()
        let outcome = waitid(
            P_PID, id_t(child.identifier), &information, WEXITED | WNOWAIT | WNOHANG)
        return outcome != 0 || information.si_signo == SIGCHLD
    }

    private static func create(_ path: String) throws -> Descriptor {
        try File.open(path, access: .readWrite, create: .exclusive)
    }

    private func read(_ name: String) -> String {
        let bytes = FileManager.default.contents(atPath: outputs.path(name)) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}
