import Synchronization
import VarveStorage

/// Segments that others took the place of and that no read looks into any more: to be removed by a
/// thread that may wait for the disk.
///
/// Thread rule: any thread adds; the arranger's thread removes.
final class DroppedSegments: Sendable {
    private let numbers = Mutex<[UInt32]>([])

    /// None.
    init() {}

    /// Adds segments; cheap.
    func add(_ dropped: [UInt32]) {
        numbers.withLock { $0 += dropped }
    }

    /// Removes the files, as far as that is possible; what stays is removed when the log is opened.
    func remove(from volume: any Volume, _ files: SegmentFiles) {
        let dropped = numbers.withLock { numbers in
            defer { numbers = [] }
            return numbers
        }
        for number in dropped {
            files.forget(number)
            try? volume.remove(SegmentName(number: number).path)
        }
    }
}
