// Carries commits from the log's thread to the event loops.

import Synchronization
import VarveLog
import VarveNetwork

/// Opens the gates of all loops when the log has committed, and fails them when it cannot any more.
///
/// Thread rule: the log calls it on the flusher's thread; each call costs a loop one wake-up at
/// most.
final class CommitRelay: CommitListener {
    private let loops: [EventLoop]

    /// A relay to `loops`.
    init(_ loops: [EventLoop]) {
        self.loops = loops
    }

    func committed(through lsn: LSN) {
        for loop in loops { loop.release(through: lsn.rawValue) }
    }

    func poisoned() {
        for loop in loops { loop.failGated() }
    }
}
