// Tells operators when the store cannot be read, and when it can again.

import VarveStore

/// Logs failures of the store's index.
///
/// Thread rule: any thread.
final class StoreWatch: StoreListener {
    private let logger: Logger

    /// A watch that writes to `logger`.
    init(_ logger: Logger) {
        self.logger = logger
    }

    func storeAdvanced(to sequence: UInt64) {}

    func storeStalled(_ error: StoreError) {
        logger.log(
            .error, "the store's index has failed, and is tried again", ["cause": .text("\(error)")]
        )
    }

    func storeResumed() {
        logger.log(.info, "the store's index follows the log again")
    }
}
