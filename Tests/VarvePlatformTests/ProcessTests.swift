import Glibc
import Testing
import VarvePlatform

@Suite struct ProcessTests {
    @Test(
        "a child's exit code is known, however often it is asked for", arguments: [0, 1, 77, 255])
    func exitCode(code: Int32) throws {
        let child = try ChildProcess("sh", arguments: ["-c", "exit \(code)"])
        #expect(try child.wait() == .exited(code))
        #expect(try child.wait() == .exited(code))
        child.kill()
    }

    @Test("a child that is killed says by which signal")
    func killed() throws {
        let child = try ChildProcess("sleep", arguments: ["1000"])
        child.kill()
        #expect(try child.wait() == .signalled(SIGKILL))
        let other = try ChildProcess("sleep", arguments: ["1000"])
        other.terminate()
        #expect(try other.wait() == .signalled(SIGTERM))
    }

    @Test("any number of threads may wait for one child")
    func waiters() throws {
        let child = try ChildProcess("sleep", arguments: ["1000"])
        let threads = try (0..<3).map { index in
            try NamedThread.start(name: "waiter \(index)") {
                let ending = try? child.wait()
                precondition(ending == .signalled(SIGKILL))
            }
        }
        child.kill()
        for thread in threads { thread.join() }
        #expect(try child.wait() == .signalled(SIGKILL))
    }

    @Test("a child's output, arguments and environment arrive")
    func output() throws {
        var pipe = try ChildProcess.pipe()
        let child = try ChildProcess(
            "sh", arguments: ["-c", "echo $VARVE_TEST $1; echo lost >&2", "sh", "a b"],
            environment: ["VARVE_TEST=hello"], output: pipe.writing, error: pipe.writing)
        pipe.closeWriting()
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 100)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try pipe.read(into: $0) }
            if count == 0 { break }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        #expect(text == "hello a b\nlost\n")
        #expect(try child.wait() == .exited(0))
    }

    @Test("a program that is not there is an error that names it")
    func missing() {
        let error = #expect(throws: SystemError.self) { try ChildProcess("/nowhere/program") }
        #expect(error == SystemError(call: "posix_spawnp", code: ENOENT, path: "/nowhere/program"))
    }

    @Test("signals are read instead of ending the process")
    func signals() async {
        await #expect(processExitsWith: .success) {
            // The test runner has other threads, which do not block the signals: so send them to
            // this thread alone.
            let signals = try Signals()
            #expect(try signals.take() == nil)
            pthread_kill(pthread_self(), SIGTERM)
            #expect(try signals.wait() == .terminate)
            pthread_kill(pthread_self(), SIGINT)
            #expect(try signals.take() == .interrupt)
            pthread_kill(pthread_self(), SIGHUP)
            #expect(try signals.take() == .hangUp)
            #expect(try signals.take() == nil)
        }
    }

    @Test("writing into a pipe nobody reads is an error, not the end")
    func brokenPipe() async {
        await #expect(processExitsWith: .success) {
            Signals.ignoreBrokenPipes()
            var pipe = try ChildProcess.pipe()
            pipe.closeReading()
            dup2(pipe.writing, StandardStream.output.rawValue)
            let error = #expect(throws: SystemError.self) {
                try StandardStream.output.write("lost")
            }
            #expect(error == SystemError(call: "write", code: EPIPE, path: "standard output"))
            #expect(!StandardStream.output.isTerminal)
        }
    }

    @Test("the machine and this process are known")
    func machine() throws {
        #expect(Machine.processorCount >= 1)
        #expect(Machine.residentBytes > 1 << 20)
        #expect(Machine.description.contains("Linux"))
        #expect(Machine.processIdentifier == getpid())
        #expect(try Machine.raiseDescriptorLimit() >= 256)
    }

    @Test("a thread can be confined to one processor")
    func pinning() throws {
        let thread = try NamedThread.start(name: "pinned") {
            let isPinned = Machine.pinThread(toProcessor: 0)
            precondition(!isPinned || Machine.processorCount == 1)
            precondition(!Machine.pinThread(toProcessor: 1 << 20))
        }
        thread.join()
    }
}
