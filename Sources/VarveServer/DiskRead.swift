// A page that has to be read from disk: the pool reads it, the loop goes on with it.

import VarveLog
import VarveNetwork
import VarveStreams

/// A read under way on the pool.
enum DiskRead {
    /// What a read brought.
    typealias Outcome = Result<(info: PageInfo, bytes: OwnedBytes), StreamRefusal>

    /// Carries the continuation to the pool and back.
    //
    // @unchecked Sendable: the pool passes it on without looking; it is used on its loop only.
    private final class Continuation: @unchecked Sendable {
        let body: (Outcome) -> Void

        init(_ body: @escaping (Outcome) -> Void) { self.body = body }
    }

    /// What the pool hands to the loop.
    //
    // @unchecked Sendable: made by the pool, used by the loop, never by both.
    private struct Delivery: @unchecked Sendable {
        let outcome: Outcome
    }

    /// Reads a page on the pool and calls `body` with it on the loop; false when the pool takes no
    /// more, and `body` will not be called.
    static func begin(
        _ stream: Stream, from start: ReadStart, maxBytes: Int, _ state: LoopState,
        _ body: @escaping (Outcome) -> Void
    ) -> Bool {
        state.metrics.coldReads.add()
        let continuation = Continuation(body)
        let engine = state.core.engine
        let loop = state.loop
        return state.core.pool.submit {
            let outcome: Outcome
            do throws(StreamRefusal) {
                outcome = .success(
                    try PageReader.readBlocking(stream, from: start, maxBytes: maxBytes, engine))
            } catch {
                outcome = .failure(error)
            }
            let delivery = Delivery(outcome: outcome)
            loop.post { _ in continuation.body(delivery.outcome) }
        }
    }
}

/// The owner of an exchange whose page is being read from disk.
///
/// Thread rule: its loop only.
final class ReadingExchange: ExchangeOwner {
    /// Whether the client still waits.
    @exclusivity(unchecked) private(set) var isWaited = true

    func gone() { isWaited = false }

    /// The read ends soon and answers then.
    func finish() {}
}
