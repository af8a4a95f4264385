import Synchronization
import Testing
import VarvePlatform

@Suite struct MonitorTests {
    @Test("a waiting thread goes on when the state is what it waits for")
    func signal() throws {
        let number = Monitor(0)
        let thread = try NamedThread.start(name: "waiter") {
            number.wait { now -> Void? in
                guard now == 1 else { return nil }
                now = 2
                number.broadcast()
                return ()
            }
        }
        number.withLock { now in
            now = 1
            number.signal()
        }
        #expect(number.wait { $0 == 2 ? "two" : nil } == "two")
        thread.join()
    }

    @Test("a wait with a deadline ends at it, after one more look at the state")
    func deadline() {
        let looks = Monitor(0)
        let clock = SystemClock()
        let deadline = clock.monotonicNanoseconds() + 2_000_000
        let result = looks.wait(untilNanoseconds: deadline) { looks -> Int? in
            looks += 1
            return nil
        }
        #expect(result == nil)
        #expect(clock.monotonicNanoseconds() >= deadline)
        #expect(looks.withLock { $0 } >= 2)
        #expect(looks.wait(untilNanoseconds: 0) { $0 >= 2 ? true : nil } == true)
    }

    @Test("an error ends a wait and gives the lock back")
    func failure() {
        struct Failure: Error {}
        let monitor = Monitor(1)
        #expect(throws: Failure.self) {
            try monitor.wait { (_) throws(Failure) -> Void? in throw Failure() }
        }
        #expect(throws: Failure.self) {
            try monitor.withLock { (_) throws(Failure) in throw Failure() }
        }
        #expect(monitor.withLock { $0 } == 1)
    }

    @Test("no wake-up is lost between threads that hand a number to and fro")
    func handing() throws {
        let rounds = 2000
        let number = Monitor(0)
        let threads = try (0..<4).map { index in
            try NamedThread.start(name: "hand \(index)") {
                for round in 0..<rounds {
                    number.wait { now -> Void? in
                        guard now == 4 * round + index else { return nil }
                        now += 1
                        number.broadcast()
                        return ()
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(number.withLock { $0 } == 4 * rounds)
    }

    @Test("words of atomics keep what any thread sets")
    func words() throws {
        let words = AtomicWords(count: 3)
        let threads = try (0..<4).map { index in
            try NamedThread.start(name: "bits \(index)") {
                for bit in 0..<16 { words.set(1 << UInt64(16 * index + bit), at: 1) }
            }
        }
        for thread in threads { thread.join() }
        #expect(words.load(1) == .max)
        words.store(7, at: 2)
        #expect((words.load(0), words.load(2)) == (0, 7))
    }
}
