// Carries commits from the log's thread to the event loops.

import VarveLog
import VarveNetwork
import VarveStreams

/// Opens the gates of all loops when the log has committed, and fails them when it cannot any more.
///
/// Thread rule: the log calls it on the flusher's thread; each call costs a loop one wake-up at
/// most.
final class CommitRelay: CommitListener {
    // Weak, or the log would keep itself alive.
    private weak let core: ServerCore?
    private let loops: [EventLoop]

    /// A relay to `loops`.
    init(_ core: ServerCore, _ loops: [EventLoop]) {
        self.core = core
        self.loops = loops
    }

    func committed(through lsn: LSN) {
        for loop in loops { loop.release(through: lsn.rawValue) }
    }

    func poisoned() {
        for loop in loops { loop.failGated() }
        // A log that is being closed says the same.
        guard let core, !core.isClosing else { return }
        let cause = core.engine.log.failure.map { "\($0)" } ?? "unknown"
        core.logger.log(.error, "log failed", ["cause": .text(cause)])
    }
}
