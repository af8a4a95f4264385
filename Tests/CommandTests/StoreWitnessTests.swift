import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// A client from outside: Google's protoc and its Python runtime, with Python's HTTP, speak to the
/// store in binary and in JSON. They read the .proto files and know nothing else of Varve.
@Suite(.blocking, .timeLimit(.minutes(30))) struct StoreWitnessTests {
    @Test func `the store says the same to a client that others wrote`() throws {
        let directory = try TemporaryDirectory()
        let server = try ServerProcess.ready(
            dataDirectory: directory.path("data"),
            ["--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error"])
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        // Debian's own: another Python on the PATH would not have Debian's runtime.
        let result = try RunningProgram.run(
            "/usr/bin/python3",
            [
                root.appendingPathComponent("Tests/Witness/store_witness.py").path, "127.0.0.1",
                "\(server.port)", root.appendingPathComponent("Sources/CMessages/proto").path,
            ])
        #expect(result.ending == .exited(0), "\(result.output)\(result.errors)")
        #expect(
            result.output.split(separator: "\n") == [
                "writing and reading", "compression", "ranges", "reductions", "deletion",
                "subscriptions", "errors", "wire", "policies",
            ])
    }
}
