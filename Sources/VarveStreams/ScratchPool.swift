import Synchronization
import VarvePlatform

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
            return Carried(last)
        }
        guard let scratch = kept.value ?? Scratch() else { return nil }
        defer { giveBack(Carried(scratch)) }
        return try body(scratch)
    }

    // A scratch in flight is referenced from its carrier alone.
    private func giveBack(_ lent: Carried<Scratch>) {
        idle.withLock { idle in
            if idle.scratches.count < Self.keptMax { idle.scratches.append(lent.value) }
        }
    }
}
