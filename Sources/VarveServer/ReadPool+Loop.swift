// Work of a pool whose outcome an event loop goes on with.

import VarveNetwork

extension ReadPool {
    /// What goes from the loop to the pool and back.
    //
    // @unchecked Sendable: the pool's thread makes or passes on what is in it, the loop uses it
    // afterwards; never both at a time.
    private struct Carried<Content>: @unchecked Sendable {
        let content: Content
    }

    /// Has a thread of the pool do `work`, and calls `body` on `loop` with what it returned.
    ///
    /// False when too many jobs wait already or the pool is stopping: neither is called then. What
    /// `work` returns is the loop's from then on: the pool's side keeps nothing of it.
    func submit<Value>(
        for loop: EventLoop, _ work: @escaping @Sendable () -> Value,
        then body: @escaping (Value) -> Void
    ) -> Bool {
        let continuation = Carried(content: body)
        return submit {
            let outcome = Carried(content: work())
            loop.post { _ in continuation.content(outcome.content) }
        }
    }

    /// The same in turns: as long as `turn` returns nil it is called again, behind the jobs that
    /// came meanwhile.
    func submitTurns<Value>(
        for loop: EventLoop, _ turn: @escaping @Sendable () -> Value?,
        then body: @escaping (Value) -> Void
    ) -> Bool {
        let continuation = Carried(content: body)
        return submitTurns {
            guard let value = turn() else { return true }
            let outcome = Carried(content: value)
            loop.post { _ in continuation.content(outcome.content) }
            return false
        }
    }
}
