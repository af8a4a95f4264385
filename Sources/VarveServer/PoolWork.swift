// Work that may wait for the disk: a pool does it, the loop goes on with what it brought.

import VarveNetwork

/// One request's work on a pool.
enum PoolWork {
    /// Does `work` on `pool`, and calls `answer` with what it returned on the request's loop,
    /// unless the client has left by then.
    ///
    /// Refuses the request when the pool takes no more; false then, and `work` is never called.
    @discardableResult
    static func begin<Value>(
        on pool: ReadPool, _ responder: Responder, _ work: @escaping @Sendable () -> Value,
        answer: @escaping (Value) -> Void
    ) -> Bool {
        beginTurns(on: pool, responder, { _ in work() }, answer: answer)
    }

    /// The same in turns, for what takes long: as long as `turn` returns nil it is called again,
    /// behind everybody who came meanwhile. It is told whether the client still waits.
    @discardableResult
    static func beginTurns<Value>(
        on pool: ReadPool, _ responder: Responder,
        _ turn: @escaping @Sendable (_ isWaited: Bool) -> Value?,
        answer: @escaping (Value) -> Void
    ) -> Bool {
        let owner = ReadingExchange()
        guard responder.exchange.park(owner: owner, endsWithPeer: false) else {
            responder.refuse(.busy)
            return false
        }
        let isQueued = pool.submitTurns(for: responder.loop) {
            turn(owner.isWaited)
        } then: { value in
            if owner.isWaited { answer(value) }
        }
        if !isQueued { responder.refuse(.busy) }
        return isQueued
    }
}
