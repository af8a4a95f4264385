import Synchronization
import VarveStorage

/// Segments that others took the place of and that no read looks into any more, and what is left of
/// segments whose writing failed: to be removed by a thread that may wait for the disk.
///
/// Thread rule: any thread adds; the arranger's thread removes.
final class DroppedSegments: Sendable {
    private let numbers = Mutex<[UInt32]>([])
    /// Those that could not be removed when that was tried last.
    private let left = Mutex<[UInt32]>([])
    /// Those whose writing failed and whose files could not be removed.
    private let unfinished = Mutex<Set<UInt32>>([])

    /// None.
    init() {}

    /// Adds segments; cheap.
    func add(_ dropped: [UInt32]) {
        numbers.withLock { $0 += dropped }
    }

    /// The writing of that segment has begun, with nothing in its files.
    func begin(_ number: UInt32) {
        unfinished.withLock { _ = $0.remove(number) }
    }

    /// The writing of that segment failed, before the catalog heard of it; waits for the disk.
    func abandon(_ number: UInt32, in volume: any Volume) {
        // At once: else nothing would seem gone although all is.
        guard !Self.isGone(number, from: volume) else { return }
        unfinished.withLock { _ = $0.insert(number) }
    }

    /// Whether every file was removed when that was tried last.
    var areGone: Bool {
        left.withLock { $0.isEmpty } && unfinished.withLock { $0.isEmpty }
    }

    /// Removes the files, as far as that is possible; what stays is tried again the next time, and
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
        for number in unfinished.withLock({ $0 }) where Self.isGone(number, from: volume) {
            unfinished.withLock { _ = $0.remove(number) }
        }
    }

    /// Removes whatever a writer made; true when nothing of it is left.
    private static func isGone(_ number: UInt32, from volume: any Volume) -> Bool {
        SegmentName.Role.allCases.count { role in
            do throws(StorageError) {
                try volume.remove(SegmentName(number: number, role: role).path)
                return false
            } catch {
                if case .notFound = error { return false }
                return true
            }
        } == 0
    }
}
