import Synchronization
import VarvePlatform

/// The frames of one write: reserved while it is open, filled by many, written by the flusher.
///
/// Thread rule: while open, its fields belong to the holder of the journal's lock; once sealed, to
/// the flusher. Only `pending` is touched by those who fill frames.
//
// @unchecked Sendable: see the thread rule.
final class Group: @unchecked Sendable {
    private static let sealedBit: UInt64 = 1 << 63

    /// The file's number.
    @exclusivity(unchecked) private(set) var file: UInt32 = 0
    /// The file's id.
    @exclusivity(unchecked) private(set) var fileID: UInt64 = 0
    /// Where the group's header lies in the file.
    @exclusivity(unchecked) private(set) var byte: UInt64 = 0
    /// The LSN of the first frame.
    @exclusivity(unchecked) private(set) var firstLSN: UInt64 = 0
    /// The number of frames.
    @exclusivity(unchecked) private(set) var frameCount = 0
    /// The bytes of all frames.
    @exclusivity(unchecked) private(set) var frameBytes = 0
    /// What is written: the header, the frames' runs in memory and, once sealed, the padding.
    @exclusivity(unchecked) private(set) var vectors: ContiguousArray<UnsafeRawBufferPointer> = []

    private let header: UnsafeMutableRawPointer
    private let filled = Monitor(())
    /// The number of sets that are reserved and not filled; the top bit is set once sealed.
    private let pending = Atomic<UInt64>(0)

    /// Zeros to pad with; never written after they were made, so any thread may read them.
    nonisolated(unsafe) private static let padding = UnsafeRawBufferPointer(
        UnsafeMutableRawBufferPointer.allocate(byteCount: Format.alignment, alignment: 8)
            .zeroed())

    /// A group that is not in use.
    init() {
        header = .allocate(byteCount: Format.groupHeaderBytes, alignment: 8)
        vectors.reserveCapacity(16)
    }

    deinit {
        header.deallocate()
    }

    /// Makes it an open group without frames.
    func open(file: UInt32, fileID: UInt64, byte: UInt64, firstLSN: UInt64) {
        self.file = file
        self.fileID = fileID
        self.byte = byte
        self.firstLSN = firstLSN
        frameCount = 0
        frameBytes = 0
        vectors.removeAll(keepingCapacity: true)
        vectors.append(
            UnsafeRawBufferPointer(start: header, count: Format.groupHeaderBytes))
        pending.store(0, ordering: .relaxed)
    }

    /// The LSN of the last frame.
    var lastLSN: UInt64 { firstLSN + UInt64(frameCount) - 1 }

    /// Where the next frame lies in the file.
    var nextByte: UInt64 { byte + UInt64(Format.groupHeaderBytes + frameBytes) }

    /// Where the next group begins, should this one get no more frames.
    var endByte: UInt64 { Format.aligned(nextByte) }

    /// Adds one frame's memory.
    func add(_ memory: UnsafeMutableRawPointer, count: Int) {
        let last = vectors.count - 1
        if last > 0, let start = vectors[last].baseAddress, start + vectors[last].count == memory {
            vectors[last] = UnsafeRawBufferPointer(
                start: start, count: vectors[last].count + count)
        } else {
            vectors.append(UnsafeRawBufferPointer(start: memory, count: count))
        }
        frameCount += 1
        frameBytes += count
    }

    /// Counts a set that will be filled; under the journal's lock.
    func beginFilling() {
        pending.add(1, ordering: .relaxed)
    }

    /// Says that a set is filled; outside any lock.
    func endFilling() {
        let now = pending.subtract(1, ordering: .acquiringAndReleasing).newValue
        if now == Self.sealedBit {
            filled.withLock { _ in filled.broadcast() }
        }
    }

    /// Closes it for more frames; under the journal's lock.
    func seal() {
        pending.bitwiseOr(Self.sealedBit, ordering: .acquiringAndReleasing)
    }

    /// Waits until every set is filled; the flusher, after sealing.
    func waitUntilFilled() {
        if pending.load(ordering: .acquiring) == Self.sealedBit { return }
        filled.wait { _ -> Void? in
            pending.load(ordering: .acquiring) == Self.sealedBit ? () : nil
        }
    }

    /// Writes the header and adds the padding; the flusher, once filled.
    func finish(syncedThrough: UInt64) {
        GroupHeader(
            firstLSN: firstLSN, syncedThrough: syncedThrough, byte: byte,
            frameCount: UInt32(frameCount), frameBytes: UInt32(frameBytes)
        ).encode(to: header, fileID: fileID)
        let padding = Int(endByte - nextByte)
        if padding > 0 {
            vectors.append(UnsafeRawBufferPointer(rebasing: Self.padding[..<padding]))
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// The same memory, filled with zeros.
    fileprivate func zeroed() -> UnsafeMutableRawBufferPointer {
        initializeMemory(as: UInt8.self, repeating: 0)
        return self
    }
}
