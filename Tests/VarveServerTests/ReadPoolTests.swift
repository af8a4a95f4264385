import Dispatch
import Synchronization
import Testing

@testable import VarveServer

/// What the pool of reading threads promises.
@Suite("ReadPool")
struct ReadPoolTests {
    @Test("every job that was taken runs before the pool has stopped")
    func completeness() throws {
        let pool = try ReadPool(threads: 3)
        let counter = Counted(count: 0)
        for _ in 0..<1000 { #expect(pool.submit { counter.increment() }) }
        pool.stop()
        #expect(counter.value == 1000)
    }

    @Test("a job in turns lets those that came meanwhile go before its next turn")
    func turns() throws {
        let pool = try ReadPool(threads: 1)
        let order = Mutex<[String]>([])
        let left = Mutex(3)
        let end = DispatchSemaphore(value: 0)
        let isTaken = pool.submitTurns {
            order.withLock { $0.append("turn") }
            let isMore = left.withLock { left in
                left -= 1
                return left > 0
            }
            if isMore {
                _ = pool.submit { order.withLock { $0.append("other") } }
            } else {
                end.signal()
            }
            return isMore
        }
        #expect(isTaken)
        end.wait()
        pool.stop()
        #expect(order.withLock { $0 } == ["turn", "other", "turn", "other", "turn"])
    }

    @Test("a job in turns is done to its end by a pool that stops")
    func turnsEnd() throws {
        let pool = try ReadPool(threads: 2)
        let counter = Counted(count: 0)
        let isTaken = pool.submitTurns {
            counter.increment()
            return counter.value < 1000
        }
        #expect(isTaken)
        pool.stop()
        #expect(counter.value == 1000)
    }

    @Test("jobs that were done are let go, also when others always wait")
    func release() throws {
        let pool = try ReadPool(threads: 1)
        let alive = Counted(count: 0)
        let most = Mutex(0)
        let end = DispatchSemaphore(value: 0)
        /// A job that queues the next before it ends, and holds something.
        @Sendable func job(_ rest: Int) -> ReadPool.Job {
            let kept = Kept(alive)
            return {
                withExtendedLifetime(kept) {}
                most.withLock { $0 = max($0, alive.value) }
                guard rest > 0 else { return _ = end.signal() }
                #expect(pool.submit(job(rest - 1)))
            }
        }
        // Two at a time, so that the queue is never empty until the end.
        #expect(pool.submit(job(5000)))
        #expect(pool.submit(job(5000)))
        end.wait()
        end.wait()
        pool.stop()
        #expect(most.withLock { $0 } < 2000)
    }

    @Test("a stopped pool takes no jobs")
    func stopped() throws {
        let pool = try ReadPool(threads: 1)
        pool.stop()
        #expect(!pool.submit {})
    }
}

/// A number that threads raise.
final class Counted: Sendable {
    private let number: Mutex<Int>

    /// Starts at `count`.
    init(count: Int) { number = Mutex(count) }

    /// The number.
    var value: Int { number.withLock { $0 } }

    /// Adds one.
    func increment() { number.withLock { $0 += 1 } }

    /// Takes one away.
    func decrement() { number.withLock { $0 -= 1 } }
}

/// Something that is counted as long as it is there.
private final class Kept: Sendable {
    private let counter: Counted

    init(_ counter: Counted) {
        self.counter = counter
        counter.increment()
    }

    deinit { counter.decrement() }
}
