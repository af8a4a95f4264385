import VarvePlatform

/// How far the journal is synced, as the flusher tells it to the settler.
///
/// Thread rule: any thread; the lock is a leaf, taken once for each commit.
//
// @unchecked Sendable: fields are used under `gate`.
final class SyncedJournal: @unchecked Sendable {
    /// What was synced at a moment.
    struct Mark {
        /// The newest place where the journal can be cut.
        var cut: CutPoint
        /// The bytes of all frames between it and the first cut of this life of the log.
        var frameBytes: UInt64
    }

    private let gate = Condition()
    private var mark: Mark
    /// How many frame bytes wake the settler.
    private var wakeAtBytes = UInt64.max
    private var isWoken = false

    /// A journal that was opened and is synced as far as `cut`; `frameBytes` of it are not settled.
    init(cut: CutPoint, frameBytes: UInt64) {
        mark = Mark(cut: cut, frameBytes: frameBytes)
    }

    /// The newest mark.
    var newest: Mark { gate.withLock { mark } }

    /// The flusher has synced more.
    func publish(_ cut: CutPoint, frameBytes: UInt64) {
        gate.withLock {
            mark = Mark(cut: cut, frameBytes: frameBytes)
            if frameBytes >= wakeAtBytes { gate.broadcast() }
        }
    }

    /// Ends the settler's waiting, now or the next time.
    func wake() {
        gate.withLock {
            isWoken = true
            gate.broadcast()
        }
    }

    /// Waits until `frameBytes` bytes were synced, somebody calls `wake`, or a moment of the
    /// system's monotonic clock has come.
    func wait(forFrameBytes bytes: UInt64, untilNanoseconds deadline: UInt64) {
        gate.lock()
        defer { gate.unlock() }
        wakeAtBytes = bytes
        while !isWoken, mark.frameBytes < bytes {
            guard gate.wait(untilNanoseconds: deadline) else { break }
        }
        isWoken = false
    }
}
