import Synchronization

/// Counts of what the flusher did since the log was opened; read from any thread.
package final class FlushStatistics: Sendable {
    /// The upper bounds of the sync histogram's buckets, in microseconds; one more has the rest.
    package static let bucketMicroseconds: [UInt64] = [
        100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 102_400, 409_600,
    ]
    /// The upper bounds of the group size histogram's buckets, in frames; one more has the rest.
    package static let bucketFrames: [UInt64] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096]

    private let counts = Mutex(Counts())

    /// A copy of all counts at one moment.
    package struct Counts: Sendable {
        /// Groups written.
        package var groups: UInt64 = 0
        /// Frames written.
        package var frames: UInt64 = 0
        /// Bytes of frames written.
        package var frameBytes: UInt64 = 0
        /// Bytes of groups written: the frames, their headers and what fills the last block.
        package var groupBytes: UInt64 = 0
        /// Syncs done.
        package var syncs: UInt64 = 0
        /// Time spent writing and syncing, in nanoseconds.
        package var syncNanoseconds: UInt64 = 0
        /// How many commits took how long, by `bucketMicroseconds`.
        package var syncBuckets = [UInt64](
            repeating: 0, count: FlushStatistics.bucketMicroseconds.count + 1)
        /// How many groups had how many frames, by `bucketFrames`.
        package var groupBuckets = [UInt64](
            repeating: 0, count: FlushStatistics.bucketFrames.count + 1)
    }

    /// All counts at this moment.
    package var now: Counts { counts.withLock { $0 } }

    func wroteGroup(frames: Int, frameBytes: Int, bytes: UInt64) {
        counts.withLock { counts in
            counts.groups += 1
            counts.frames += UInt64(frames)
            counts.frameBytes += UInt64(frameBytes)
            counts.groupBytes += bytes
            counts.groupBuckets[Self.bucket(UInt64(frames), in: Self.bucketFrames)] += 1
        }
    }

    func synced(nanoseconds: UInt64) {
        counts.withLock { counts in
            counts.syncs += 1
            counts.syncNanoseconds += nanoseconds
            counts.syncBuckets[Self.bucket(nanoseconds / 1000, in: Self.bucketMicroseconds)] += 1
        }
    }

    private static func bucket(_ value: UInt64, in bounds: [UInt64]) -> Int {
        bounds.firstIndex { value <= $0 } ?? bounds.count
    }
}
