import VarvePlatform

/// How far the journal is synced, as the flusher tells it to the settler.
///
/// Thread rule: any thread; the lock is a leaf, taken once for each commit.
final class SyncedJournal: Sendable {
    /// What was synced at a moment.
    struct Mark {
        /// The newest place where the journal can be cut.
        var cut: CutPoint
        /// The bytes of all frames between it and the first cut of this life of the log.
        var frameBytes: UInt64
    }

    private struct State {
        var mark: Mark
        /// How many frame bytes wake the settler.
        var wakeAtBytes = UInt64.max
        var isWoken = false
    }

    private let state: Monitor<State>

    /// A journal that was opened and is synced as far as `cut`; `frameBytes` of it are not settled.
    init(cut: CutPoint, frameBytes: UInt64) {
        state = Monitor(State(mark: Mark(cut: cut, frameBytes: frameBytes)))
    }

    /// The newest mark.
    var newest: Mark { state.withLock { $0.mark } }

    /// The flusher has synced more.
    func publish(_ cut: CutPoint, frameBytes: UInt64) {
        state.withLock { now in
            now.mark = Mark(cut: cut, frameBytes: frameBytes)
            if frameBytes >= now.wakeAtBytes { state.broadcast() }
        }
    }

    /// Ends the settler's waiting, now or the next time.
    func wake() {
        state.withLock { now in
            now.isWoken = true
            state.broadcast()
        }
    }

    /// Waits until `frameBytes` bytes were synced, somebody calls `wake`, or a moment of the
    /// system's monotonic clock has come.
    func wait(forFrameBytes bytes: UInt64, untilNanoseconds deadline: UInt64) {
        state.wait(untilNanoseconds: deadline) { now -> Void? in
            now.wakeAtBytes = bytes
            guard now.isWoken || now.mark.frameBytes >= bytes else { return nil }
            now.isWoken = false
            return ()
        }
    }
}
