import VarveBytes

/// One interval of a run, read back from its block and found consistent: what begins in it, and how
/// its bytes are stored.
struct RunInterval {
    /// Where it begins, and where its stored bytes do.
    let slot: CheckpointSlot
    /// The chain's head where it begins; nil where that is the chain's beginning.
    let head: ChainHash?
    /// Behind its last record.
    let end: StreamPosition
    private let chunkSizes: [Int]
    private let piece: CheckedPiece
    private let lengths: Range<Int>

    /// One record of the interval.
    struct Element {
        let position: StreamPosition
        let entry: LengthEntry
        let kind: RecordKind
        let leaf: SHA256Digest?

        /// Behind the record.
        var end: StreamPosition {
            StreamPosition(
                record: position.record + (kind.takesNumber ? 1 : 0),
                byte: position.byte + UInt64(entry.storedBytes))
        }
    }

    /// The interval of `run` at `slot`, whose block, without its checksum, is `bytes`; malformed
    /// when it contradicts itself or the run.
    init(_ slot: CheckpointSlot, of run: SettledRun, block: CheckedPiece) throws(TruncatedInput) {
        self.slot = slot
        piece = block
        (head, chunkSizes, lengths, end) = try block.withBytes {
            (bytes) throws(TruncatedInput) in try Self.parse(slot, run, bytes)
        }
    }

    /// How many chunks its bytes are stored in.
    var chunkCount: Int {
        (Int(end.byte - slot.start.byte) + SegmentFormat.chunkBytesMax - 1)
            / SegmentFormat.chunkBytesMax
    }

    /// The chunk `index`: where its stored bytes begin in the run, how many there are, and how many
    /// bytes of the stream they make.
    func chunk(_ index: Int) -> (offset: UInt64, stored: Int, bytes: Int) {
        let before = index * SegmentFormat.chunkBytesMax
        let count = min(
            SegmentFormat.chunkBytesMax, Int(end.byte - slot.start.byte) - before)
        guard !chunkSizes.isEmpty else {
            return (slot.storedOffset + UInt64(before), count, count)
        }
        let offset = chunkSizes[..<index].reduce(0, +)
        return (slot.storedOffset + UInt64(offset), chunkSizes[index], count)
    }

    /// Calls `body` with each record in order until it returns false.
    func forEach<E: Error>(_ body: (Element) throws(E) -> Bool) throws(E) {
        try piece.withBytes { (bytes) throws(E) in
            var position = slot.start
            var index = lengths.lowerBound
            // Every length was read once already.
            while index < bytes.count, let (entry, kind) = StoredLength.read(bytes, at: &index) {
                let element = Element(
                    position: position, entry: entry, kind: kind,
                    leaf: kind.keepsLeaf ? Self.leaf(before: index, bytes) : nil)
                guard try body(element) else { return }
                position = element.end
            }
        }
    }

    /// The leaf that ends at `index`.
    private static func leaf(before index: Int, _ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        SHA256Digest(
            loadingFrom: bytes.start + index - SHA256Digest.byteCount)
    }

    private typealias Parts = (
        head: ChainHash?, chunks: [Int], lengths: Range<Int>, end: StreamPosition
    )

    private static func parse(
        _ slot: CheckpointSlot, _ run: SettledRun, _ block: UnsafeRawBufferPointer
    ) throws(TruncatedInput) -> Parts {
        var reader = ByteReader(block)
        let head = slot.index > 0 || run.hasHead ? try reader.readDigest() : nil
        let chunks = run.encoding == .none ? [] : try readChunks(&reader)
        let lengths = reader.position..<block.count
        var position = slot.start
        var count = 0
        var index = lengths.lowerBound
        while index < block.count {
            guard let (entry, kind) = StoredLength.read(block, at: &index) else {
                throw TruncatedInput(
                    position: index, expected: 0, available: block.count - index)
            }
            position = StreamPosition(
                record: position.record + (kind.takesNumber ? 1 : 0),
                byte: position.byte + UInt64(entry.storedBytes))
            count += 1
        }
        let bytes = position.byte - slot.start.byte
        let limit = UInt64(SegmentFormat.intervalBytesMax)
        let isLast = slot.index + 1 == run.checkpointCount
        let size = UInt64(SegmentFormat.chunkBytesMax)
        let expectedChunks = run.encoding == .none ? 0 : (bytes + size - 1) / size
        let stored = run.encoding == .none ? bytes : UInt64(chunks.reduce(0, +))
        guard count >= 1, count <= SegmentFormat.intervalRecordsMax, bytes <= limit || count == 1,
            position.record <= run.end.record, position.byte <= run.end.byte,
            !isLast || position == run.end, UInt64(chunks.count) == expectedChunks,
            stored <= run.storedBytes - slot.storedOffset,
            !isLast || stored == run.storedBytes - slot.storedOffset,
            zip(chunks, chunks.indices).allSatisfy({ chunk, index in
                UInt64(chunk) <= min(size, bytes - UInt64(index) * size)
            })
        else {
            throw TruncatedInput(position: reader.position, expected: 0, available: 0)
        }
        return (head, chunks, lengths, position)
    }

    private static func readChunks(_ reader: inout ByteReader) throws(TruncatedInput) -> [Int] {
        let count = try reader.readVarint()
        guard count <= UInt64(reader.remaining) else {
            throw TruncatedInput(
                position: reader.position, expected: 0, available: reader.remaining)
        }
        var sizes: [Int] = []
        sizes.reserveCapacity(Int(count))
        for _ in 0..<count {
            let size = try reader.readVarint()
            guard size >= 1, size <= UInt64(SegmentFormat.chunkBytesMax) else {
                throw TruncatedInput(
                    position: reader.position, expected: 0, available: reader.remaining)
            }
            sizes.append(Int(size))
        }
        return sizes
    }
}
