import Synchronization
import VarveStorage

/// Every nonce that an encrypted store used, over all its openings and crashes.
///
/// Thread rule: any thread may call anything.
final class NonceLedger: Sendable {
    private struct Uses {
        var known: Set<NonceUse> = []
        var repeated = 0
    }

    private let uses = Mutex(Uses())

    /// Notes a use.
    func note(_ use: NonceUse) {
        uses.withLock { uses in
            if !uses.known.insert(use).inserted { uses.repeated += 1 }
        }
    }

    /// How many nonces were used again: each gives two contents away.
    var repeated: Int { uses.withLock { $0.repeated } }
}
