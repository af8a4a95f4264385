// A page that has to be read from disk: the pool reads it, the loop goes on with it.

import Synchronization
import VarveBytes
import VarveLog
import VarveNetwork
import VarveStreams

/// A read under way on the pool.
enum DiskRead {
    /// What a read brought.
    typealias Outcome = Result<(info: PageInfo, bytes: FrozenBytes), StreamRefusal>

    /// Reads a page on the pool and calls `body` with it on the loop; false when the pool takes no
    /// more, and `body` will not be called.
    static func begin(
        _ stream: Stream, from start: ReadStart, maxBytes: Int, _ state: LoopState,
        _ body: @escaping (Outcome) -> Void
    ) -> Bool {
        state.metrics.coldReads.add()
        let engine = state.core.engine
        let read: @Sendable () -> Outcome = {
            Result { () throws(StreamRefusal) in
                try PageReader.readBlocking(stream, from: start, maxBytes: maxBytes, engine)
            }
        }
        return state.core.pool.submit(for: state.loop, read, then: body)
    }
}

/// The owner of an exchange whose page is being read from disk.
///
/// Thread rule: its loop only; any thread may ask whether the client waits.
final class ReadingExchange: ExchangeOwner, Sendable {
    private let waits = Atomic<Bool>(true)

    /// Whether the client still waits.
    var isWaited: Bool { waits.load(ordering: .relaxed) }

    func gone() { waits.store(false, ordering: .relaxed) }

    /// The read ends soon and answers then.
    func finish() {}
}
