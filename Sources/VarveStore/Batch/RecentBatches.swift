import Synchronization

/// The newest batches, whether durable or not, bounded in bytes: nobody who follows closely makes
/// the log read or decode anything.
///
/// Thread rule: any thread.
final class RecentBatches: Sendable {
    private struct Window {
        /// Consecutive sequences.
        var images: ContiguousArray<BatchImage?> = []
        /// The index of the first one that is kept.
        var first = 0
        /// The sequence at that index.
        var sequence: UInt64 = 0
        var bytes = 0
    }

    /// About what a batch takes in memory beside its record.
    private static let overheadBytes = 192

    private let bytesMax: Int
    private let window = Mutex(Window())

    /// None, and room for `bytesMax` bytes; the newest batch is kept whatever its size.
    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// Adds the batch behind the last one added; one that does not follow begins anew.
    func append(_ image: BatchImage) {
        window.withLock { window in
            let end = window.sequence + UInt64(window.images.count - window.first)
            if window.images.isEmpty || end != image.sequence {
                window = Window()
                window.sequence = image.sequence
            }
            window.images.append(image)
            window.bytes += image.byteCount + Self.overheadBytes
            while window.bytes > bytesMax, window.first + 1 < window.images.count {
                let oldest = window.images[window.first]?.byteCount ?? 0
                window.bytes -= oldest + Self.overheadBytes
                window.images[window.first] = nil
                window.first += 1
                window.sequence += 1
            }
            // The places before the first are given back when they are half of all.
            if window.first > 64, window.first * 2 > window.images.count {
                window.images.removeFirst(window.first)
                window.first = 0
            }
        }
    }

    /// The batch of that sequence, if it is among them.
    func find(_ sequence: UInt64) -> BatchImage? {
        window.withLock { window in
            guard sequence >= window.sequence else { return nil }
            let index = window.first + Int(clamping: sequence - window.sequence)
            return index < window.images.count ? window.images[index] : nil
        }
    }
}
