// Work that may wait for the disk: a pool does it, the loop goes on with what it brought.

import VarveNetwork

/// One request's work on a pool.
enum PoolWork {
    /// What the loop goes on with.
    //
    // @unchecked Sendable: the pool passes it on without looking; it is used on its loop only.
    private final class Continuation<Value>: @unchecked Sendable {
        let body: (Value) -> Void

        init(_ body: @escaping (Value) -> Void) { self.body = body }
    }

    /// What the pool hands to the loop.
    //
    // @unchecked Sendable: made by the pool, used by the loop, never by both.
    private struct Delivery<Value>: @unchecked Sendable {
        let value: Value
    }

    /// Does `work` on `pool`, and calls `answer` with what it returned on the request's loop,
    /// unless the client has left by then.
    ///
    /// Refuses the request when the pool takes no more; false then, and `work` is never called.
    @discardableResult
    static func begin<Value>(
        on pool: ReadPool, _ responder: Responder, _ work: @escaping @Sendable () -> Value,
        answer: @escaping (Value) -> Void
    ) -> Bool {
        let owner = ReadingExchange()
        guard responder.exchange.park(owner: owner, endsWithPeer: false) else {
            responder.refuse(.busy)
            return false
        }
        let continuation = Continuation<Value> { value in
            if owner.isWaited { answer(value) }
        }
        let loop = responder.loop
        let isQueued = pool.submit {
            let delivery = Delivery(value: work())
            loop.post { _ in continuation.body(delivery.value) }
        }
        if !isQueued { responder.refuse(.busy) }
        return isQueued
    }
}
