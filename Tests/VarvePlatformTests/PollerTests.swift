import CVarve
import Glibc
import Testing
import VarvePlatform

@Suite struct PollerTests {
    /// The tokens of what has happened, without waiting.
    private func ready(_ poller: Poller, timeout: Int32 = 0) throws -> [UInt64] {
        var events = [PollEvent](repeating: PollEvent(), count: 16)
        let count = try events.withUnsafeMutableBufferPointer {
            try poller.wait(into: $0, timeoutMilliseconds: timeout)
        }
        return events[..<count].map(\.token).sorted()
    }

    @Test("the bits are those of the system's header")
    func bits() {
        #expect(Readiness.readable.rawValue == EPOLLIN.rawValue)
        #expect(Readiness.writable.rawValue == EPOLLOUT.rawValue)
        #expect(Readiness.peerClosed.rawValue == EPOLLRDHUP.rawValue)
        #expect(Readiness.broken.rawValue == EPOLLERR.rawValue | EPOLLHUP.rawValue)
    }

    @Test("an edge is reported once, with the token it was added with")
    func edges() throws {
        let poller = try Poller()
        let wakeUp = try WakeUp()
        let token = UInt64.max - 1
        try poller.add(wakeUp.descriptor, token: token, for: .readable)
        #expect(try ready(poller) == [])
        wakeUp.signal()
        #expect(try ready(poller) == [token])
        #expect(try ready(poller) == [])
        wakeUp.signal()
        wakeUp.signal()
        #expect(try ready(poller) == [token])
        wakeUp.drain()
        wakeUp.drain()
        #expect(try ready(poller) == [])
    }

    @Test("a change of interest reports what is there already")
    func modify() throws {
        let poller = try Poller()
        let wakeUp = try WakeUp()
        try poller.add(wakeUp.descriptor, token: 1, for: .readable)
        wakeUp.signal()
        #expect(try ready(poller) == [1])
        try poller.modify(wakeUp.descriptor, token: 2, for: .readable)
        #expect(try ready(poller) == [2])
        try poller.remove(wakeUp.descriptor)
        wakeUp.signal()
        #expect(try ready(poller) == [])
        let error = #expect(throws: SystemError.self) { try poller.remove(wakeUp.descriptor) }
        #expect(error == SystemError(call: "epoll_ctl", code: ENOENT))
    }

    @Test("a signal from another thread ends a wait")
    func crossThread() throws {
        let poller = try Poller()
        let wakeUp = try WakeUp()
        try poller.add(wakeUp.descriptor, token: 3, for: .readable)
        let thread = try NamedThread.start(name: "waker") { wakeUp.signal() }
        #expect(try ready(poller, timeout: 300_000) == [3])
        thread.join()
    }

    @Test("more events than room come in turns")
    func turns() throws {
        let poller = try Poller()
        let wakeUps = try (0..<20).map { _ in try WakeUp() }
        for (index, wakeUp) in wakeUps.enumerated() {
            try poller.add(wakeUp.descriptor, token: UInt64(index), for: .readable)
            wakeUp.signal()
        }
        let first = try ready(poller)
        let second = try ready(poller)
        #expect(first.count == 16)
        #expect((first + second).sorted() == (0..<20).map { UInt64($0) })
    }

    @Test("a peer that is gone is readable, closed and broken")
    func readiness() throws {
        let poller = try Poller()
        var pipe = try ChildProcess.pipe()
        try poller.add(pipe.reading, token: 0, for: .readable)
        pipe.closeWriting()
        var events = [PollEvent()]
        let count = try events.withUnsafeMutableBufferPointer {
            try poller.wait(into: $0, timeoutMilliseconds: 300_000)
        }
        #expect(count == 1)
        #expect(!events[0].readiness.isDisjoint(with: .broken))
    }
}
