import Synchronization

/// Counts of what was settled since the log was opened; read from any thread.
package final class SettlingStatistics: Sendable {
    /// A copy of all counts at one moment.
    package struct Counts: Sendable {
        /// Segments written.
        package var settlings: UInt64 = 0
        /// Attempts that failed.
        package var failures: UInt64 = 0
        /// Streams in these segments, each time they were in one.
        package var streams: UInt64 = 0
        /// Data records in these segments.
        package var records: UInt64 = 0
        /// The bytes of the segments' files.
        package var fileBytes: UInt64 = 0
        /// Time spent, in nanoseconds.
        package var nanoseconds: UInt64 = 0
        /// Merges of segments.
        package var merges: UInt64 = 0
        /// Merges that failed.
        package var mergeFailures: UInt64 = 0
        /// The bytes of the segments that were merged.
        package var mergedBytes: UInt64 = 0
        /// The bytes of the segments they became.
        package var mergeResultBytes: UInt64 = 0
        /// Why the newest settling failed; nil when it did not.
        package var failure: LogError?
        /// Why the newest merge failed; nil when it did not.
        package var mergeFailure: LogError?
    }

    private let counts = Mutex(Counts())

    /// All counts at this moment.
    package var now: Counts { counts.withLock { $0 } }

    func settled(_ segment: SegmentSummary, nanoseconds: UInt64) {
        counts.withLock { counts in
            counts.settlings += 1
            counts.streams += segment.streamCount
            counts.records += segment.recordCount
            counts.fileBytes += segment.fileBytes
            counts.nanoseconds += nanoseconds
            counts.failure = nil
        }
    }

    func merged(_ bytes: UInt64, into result: SegmentSummary) {
        counts.withLock { counts in
            counts.merges += 1
            counts.mergedBytes += bytes
            counts.mergeResultBytes += result.fileBytes
            counts.mergeFailure = nil
        }
    }

    func mergeFailed(_ error: LogError) {
        counts.withLock { counts in
            counts.mergeFailures += 1
            counts.mergeFailure = error
        }
    }

    func failed(_ error: LogError) {
        counts.withLock { counts in
            counts.failures += 1
            counts.failure = error
        }
    }
}
