import Synchronization
import VarveStorage

/// Segments that others took the place of and that no read looks into any more: to be removed by a
/// thread that may wait for the disk.
///
/// Thread rule: any thread adds; the arranger's thread removes.
final class DroppedSegments: Sendable {
    private let numbers = Mutex<[UInt32]>([])
    /// Those that could not be removed when that was tried last.
    private let left = Mutex<[UInt32]>([])

    /// None.
    init() {}

    /// Adds segments; cheap.
    func add(_ dropped: [UInt32]) {
        numbers.withLock { $0 += dropped }
    }

    /// Whether every file was removed when that was tried last.
    var areGone: Bool { left.withLock { $0.isEmpty } }

    /// Removes the files, as far as that is possible; what stays is tried again with the next, and
    /// when the log is opened.
    func remove(from volume: any Volume, _ files: SegmentFiles) {
        let dropped = numbers.withLock { numbers in
            defer { numbers = [] }
            return numbers
        }
        let all = left.withLock { $0 } + dropped
        let rest = all.filter { number in
            files.forget(number)
            return (try? volume.remove(SegmentName(number: number).path)) == nil
        }
        left.withLock { $0 = rest }
    }
}
