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
}
