import ServerProcess
import Testing
import VarvePlatform

/// The data directory on which servers are killed, and how they are started on it.
struct Victim {
    /// The data directory.
    let data: String

    /// Names the key's file, where the log is encrypted.
    private let key: [String]

    /// A directory that does not exist yet, below `parent`.
    init(in parent: TemporaryDirectory, isEncrypted: Bool) throws {
        data = parent.path("data")
        guard isEncrypted else {
            key = []
            return
        }
        key = ["--encryption-key-file", parent.path("key")]
        let made = try RunningProgram.run(
            BuiltProgram.path("varve"), ["encryption-key", parent.path("key")])
        #expect(made.ending == .exited(0))
    }

    /// A server that is ready.
    func start(_ arguments: [String]) throws -> ServerProcess {
        try ServerProcess.ready(
            dataDirectory: data, arguments + ["--log-level", "warning"] + key)
    }

    /// Now and then a server dies while it is still recovering.
    func killDuringStart(dice: inout Dice) throws {
        guard dice.oneIn(3) else { return }
        let server = try ServerProcess(["--data-dir", data] + key)
        Self.pass(microseconds: Int.random(in: 0...150_000, using: &dice))
        try server.killWithoutWarning()
    }

    /// Runs `varve` on the directory; it must succeed, or refuse with words that contain `refusal`.
    func run(_ command: String, _ arguments: [String] = [], refusal: String? = nil) throws {
        let result = try RunningProgram.run(
            BuiltProgram.path("varve"), [command, data] + arguments + key)
        let said = "\(command): \(result.output)\(result.errors)"
        #expect(result.ending == .exited(refusal == nil ? 0 : 1), "\(said)")
        if let refusal { #expect(said.contains(refusal)) }
    }

    /// Lets a random time pass, which is the point of it: the kill must fall anywhere.
    static func pass(microseconds: Int) {
        let clock = SystemClock()
        let end = clock.monotonicNanoseconds() + UInt64(microseconds) * 1000
        while clock.monotonicNanoseconds() < end {}
    }
}

extension NamedThread {
    /// Starts a thread that plays a client of the server.
    static func client(
        _ name: String, _ body: @escaping @Sendable () -> Void
    ) throws -> NamedThread {
        try start(name: name, stackBytes: 1 << 20, body: body)
    }
}
