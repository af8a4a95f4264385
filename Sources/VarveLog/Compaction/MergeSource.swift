import Synchronization
import VarveStorage

/// Opens segments to be merged, and counts the bytes that merging moves.
///
/// Thread rule: the count is read and changed from anywhere.
final class MergeSource: Sendable {
    private let moved = Atomic<UInt64>(0)

    /// Nothing was moved yet.
    init() {}

    /// The bytes read and written by now.
    var movedBytes: UInt64 { moved.load(ordering: .relaxed) }

    /// Adds bytes that were read or written.
    func add(_ count: Int) {
        moved.add(UInt64(count), ordering: .relaxed)
    }

    /// Opens a segment to be read from its beginning to its end, by one thread.
    func open(_ number: UInt32, in volume: any Volume) throws(LogError) -> SegmentFile {
        let path = SegmentName(number: number).path
        let backend = try LogError.wrapping { () throws(StorageError) in
            try volume.open(path, create: .never)
        }
        return try SegmentFile.open(
            ReadAheadBackend(backend) { self.add($0) }, number: number, path: path)
    }
}
