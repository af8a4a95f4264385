// Tells operators when the log cannot be settled or merged, and when it can again.

import Synchronization
import VarveLog

/// Logs settlings and merges that fail: once for each cause, however often they are tried again.
///
/// While settling fails nothing is lost, and appends go on until the journal refuses more: whoever
/// reads the log must know why by then. Thread rule: any thread.
final class SettlingWatch: Sendable {
    /// The causes that were told.
    private struct Told {
        var settling: LogError?
        var merging: LogError?
    }

    private let log: EventLog
    private let logger: Logger
    private let told = Mutex(Told())

    /// A watch over `log` that writes to `logger` when it looks.
    init(_ log: EventLog, _ logger: Logger) {
        self.log = log
        self.logger = logger
    }

    /// Looks whether something changed, and tells it.
    func look() {
        let now = log.settlingStatistics.now
        told.withLock { told in
            if let cause = now.failure, !cause.isLike(told.settling) {
                logger.log(
                    .error, "settling failed, and is tried again", ["cause": .text("\(cause)")])
            } else if now.failure == nil, told.settling != nil {
                logger.log(.info, "settling goes on")
            }
            told.settling = now.failure
            // A merge that another piece of work goes before is no failure.
            guard let cause = now.mergeFailure, !cause.isOverload else {
                if now.mergeFailure == nil, told.merging != nil {
                    logger.log(.info, "merging goes on")
                    told.merging = nil
                }
                return
            }
            guard !cause.isLike(told.merging) else { return }
            logger.log(
                .warning, "merging failed, and is tried again", ["cause": .text("\(cause)")])
            told.merging = cause
        }
    }
}

extension LogError {
    /// Whether both say the same, of whichever file.
    fileprivate func isLike(_ other: LogError?) -> Bool {
        if case .outOfSpace = self, case .outOfSpace = other { return true }
        return self == other
    }

    /// Whether it says that something else comes first.
    fileprivate var isOverload: Bool {
        if case .overloaded = self { true } else { false }
    }
}
