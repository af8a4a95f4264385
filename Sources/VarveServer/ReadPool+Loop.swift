// Work of a pool whose outcome an event loop goes on with.

import VarveNetwork
import VarvePlatform

// What is carried between them: the pool's thread makes it or passes it on, the loop uses it
// afterwards; never both at a time.

extension ReadPool {
    /// Has a thread of the pool do `work`, and calls `body` on `loop` with what it returned.
    ///
    /// False when too many jobs wait already or the pool is stopping: neither is called then. What
    /// `work` returns is the loop's from then on: the pool's side keeps nothing of it.
    func submit<Value>(
        for loop: EventLoop, _ work: @escaping @Sendable () -> Value,
        then body: @escaping (Value) -> Void
    ) -> Bool {
        let continuation = Carried(body)
        return submit {
            let outcome = Carried(work())
            loop.post { _ in continuation.value(outcome.value) }
        }
    }

    /// The same in turns: as long as `turn` returns nil it is called again, behind the jobs that
    /// came meanwhile.
    func submitTurns<Value>(
        for loop: EventLoop, _ turn: @escaping @Sendable () -> Value?,
        then body: @escaping (Value) -> Void
    ) -> Bool {
        let continuation = Carried(body)
        return submitTurns {
            guard let value = turn() else { return true }
            let outcome = Carried(value)
            loop.post { _ in continuation.value(outcome.value) }
            return false
        }
    }
}
