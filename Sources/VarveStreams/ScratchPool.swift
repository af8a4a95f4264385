import Synchronization

/// Lends working memory, and keeps as much as was in use at one time, up to a bound.
///
/// Thread rule: any thread.
final class ScratchPool: Sendable {
    private static let keptMax = 64

    // A scratch belongs to whoever took it out of the pool, one thread at a time.
    private struct Idle: ~Copyable {
        var scratches: [Scratch] = []
    }

    private let idle = Mutex(Idle())

    /// Calls `body` with working memory; nil without memory for it.
    func withScratch<R, E: Error>(_ body: (Scratch) throws(E) -> R) throws(E) -> R? {
        let kept = idle.withLock { idle in
            nonisolated(unsafe) let last = idle.scratches.popLast()
            return Lent(scratch: last)
        }
        guard let scratch = kept.scratch ?? Scratch() else { return nil }
        defer { giveBack(Lent(scratch: scratch)) }
        return try body(scratch)
    }

    // @unchecked Sendable: a scratch in flight is referenced from here alone.
    private struct Lent: @unchecked Sendable {
        var scratch: Scratch?
    }

    private func giveBack(_ lent: Lent) {
        idle.withLock { idle in
            if let scratch = lent.scratch, idle.scratches.count < Self.keptMax {
                idle.scratches.append(scratch)
            }
        }
    }
}
