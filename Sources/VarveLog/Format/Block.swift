/// 1 MiB of the journal's image in memory: frames as they are in the file, without padding.
///
/// Thread rule: the table of segments is used under the journal's lock. A frame's bytes are written
/// by the one that reserved them, before their group is written, and never change after. A
/// reference keeps the memory: readers hold one while they send from it.
//
// @unchecked Sendable: see the thread rule; the memory's address is constant.
final class Block: @unchecked Sendable {
    /// The bytes of one block.
    static let byteCount = 1 << 20

    /// A run of bytes that is contiguous here and in a file.
    struct Segment {
        /// The file's number.
        var file: UInt32
        /// The position of its first byte in the file.
        var fileStart: UInt32
        /// The position of its first byte here.
        var start: UInt32
        /// Its bytes.
        var count: UInt32
    }

    /// The first byte.
    let memory: UnsafeMutableRawPointer
    /// How many bytes are taken.
    @exclusivity(unchecked) private(set) var used = 0
    /// The highest LSN of a frame in here.
    @exclusivity(unchecked) private(set) var lastLSN: UInt64 = 0
    /// What lies where, in the order of the journal.
    @exclusivity(unchecked) private(set) var segments: ContiguousArray<Segment> = []

    /// An empty block.
    init() {
        memory = .allocate(byteCount: Self.byteCount, alignment: 64)
        // Reserved for blocks of small groups, so that adding a segment rarely allocates.
        segments.reserveCapacity(64)
    }

    deinit {
        memory.deallocate()
    }

    /// How many bytes are left.
    var room: Int { Self.byteCount - used }

    /// Forgets everything, for another use; nobody else may hold a reference.
    func reset() {
        used = 0
        lastLSN = 0
        segments.removeAll(keepingCapacity: true)
    }

    /// Takes `count` bytes for a frame at `byte` of `file`: where they begin here.
    func take(_ count: Int, file: UInt32, byte: UInt32, lsn: UInt64) -> Int {
        precondition(count <= room, "a frame lies in one block")
        let start = used
        used += count
        lastLSN = lsn
        let last = segments.count - 1
        if last >= 0, segments[last].file == file,
            segments[last].fileStart + segments[last].count == byte
        {
            segments[last].count += UInt32(count)
        } else {
            segments.append(
                Segment(
                    file: file, fileStart: byte, start: UInt32(start), count: UInt32(count)))
        }
        return start
    }

    /// Where the bytes at `byte` of `file` begin, if all are here in one piece.
    func start(file: UInt32, byte: UInt32, count: Int) -> Int? {
        let key = Self.key(file, byte)
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if Self.key(segments[middle].file, segments[middle].fileStart) <= key {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low > 0 else { return nil }
        let segment = segments[low - 1]
        guard segment.file == file, UInt64(byte) + UInt64(count) <= segment.endByte else {
            return nil
        }
        return Int(segment.start) + Int(byte - segment.fileStart)
    }

    /// The bytes that begin at `start`; valid as long as the block is referenced.
    func bytes(from start: Int, count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory + start, count: count)
    }

    /// The place of the block's first byte in the journal; blocks are ordered by it.
    var firstKey: UInt64 {
        segments.isEmpty ? UInt64.max : Self.key(segments[0].file, segments[0].fileStart)
    }

    /// A position in the journal as one number.
    static func key(_ file: UInt32, _ byte: UInt32) -> UInt64 {
        UInt64(file) << 32 | UInt64(byte)
    }
}

extension Block.Segment {
    /// Where the run ends in its file.
    fileprivate var endByte: UInt64 { UInt64(fileStart) + UInt64(count) }
}
