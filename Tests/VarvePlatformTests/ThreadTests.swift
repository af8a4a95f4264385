import Synchronization
import Testing
import VarvePlatform

@Suite struct ThreadTests {
    @Test("a thread runs its body once and can be joined any number of times")
    func join() throws {
        let runs = Atomic(0)
        let thread = try NamedThread.start(name: "once") { runs.add(1, ordering: .relaxed) }
        thread.join()
        thread.join()
        #expect(runs.load(ordering: .relaxed) == 1)
    }

    @Test("a thread shows the first fifteen bytes of its name")
    func name() throws {
        let shown = Mutex("")
        let thread = try NamedThread.start(name: "varve flusher number one") {
            let bytes = (try? readProcFile("/proc/thread-self/comm")) ?? []
            shown.withLock { $0 = String(decoding: bytes, as: UTF8.self) }
        }
        thread.join()
        #expect(shown.withLock { $0 } == "varve flusher n\n")
    }

    @Test("readers share a lock and a writer has it alone")
    func readWriteLock() throws {
        let lock = ReadWriteLock()
        let inside = Atomic(0)
        let wrong = Atomic(0)
        let threads = try (0..<4).map { index in
            try NamedThread.start(name: "thread \(index)") {
                for round in 0..<2000 {
                    if (round + index) % 4 == 0 {
                        lock.write {
                            let before = inside.add(1000, ordering: .relaxed).oldValue
                            if before != 0 { wrong.add(1, ordering: .relaxed) }
                            inside.subtract(1000, ordering: .relaxed)
                        }
                    } else {
                        lock.read {
                            let before = inside.add(1, ordering: .relaxed).oldValue
                            if before >= 1000 { wrong.add(1, ordering: .relaxed) }
                            inside.subtract(1, ordering: .relaxed)
                        }
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(wrong.load(ordering: .relaxed) == 0)
        // Two readers at once: the second would wait for ever if the first kept it out.
        lock.read { lock.read {} }
    }
}

/// A file whose size is not known before it is read.
private func readProcFile(_ path: String) throws -> [UInt8] {
    let descriptor = try File.open(path)
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = try bytes.withUnsafeMutableBytes {
        try File.read(descriptor.raw, at: 0, into: $0)
    }
    return Array(bytes[..<count])
}
