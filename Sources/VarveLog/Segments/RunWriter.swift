import VarveBytes
import VarveStorage

/// Writes the runs of a segment, one after the other: data at once, interval blocks and the table
/// of checkpoints behind it.
///
/// Memory does not grow with the run: what has to wait goes through spill buffers. Thread rule: one
/// thread at a time.
final class RunWriter {
    private let segment: UInt32
    /// The most records of an interval.
    private let recordsMax: Int
    private let id: UInt64
    private let output: SegmentOutput
    private let blocks: SpillBuffer
    private var checkpoints: SlotTableWriter
    private let encoder = ChunkEncoder()
    private var chain: SetHash

    // The run.
    private var start = StreamPosition.start
    private var dataOffset: UInt64 = 0
    private var hasHead = false
    private var encoding = RunEncoding.none
    /// False until the first chunk has shown whether its run gets smaller.
    private var isDecided = true
    private var stored: UInt64 = 0
    /// Behind the last record begun; a record that is still open counts whole.
    private(set) var next = StreamPosition.start

    // The interval.
    private var intervalStart = StreamPosition.start
    private var intervalHead = ChainHash()
    private var intervalStored: UInt64 = 0
    private var intervalRecords = 0
    private var intervalBytes = 0
    private var lengths = ByteWriter()
    private var chunkCount = 0
    private var chunkSizes = ByteWriter()
    private var chunk = ByteWriter()
    private var block = ByteWriter()

    /// The least part of its first chunk that a run must save to be stored smaller.
    private static let savingDivisor = 8

    /// Writes to `output`, which is at the place of the first run.
    init(
        segment: UInt32, id: UInt64, output: SegmentOutput, blocks: SpillBuffer,
        checkpoints: SpillBuffer, recordsMax: Int = SegmentFormat.intervalRecordsMax
    ) {
        self.segment = segment
        self.recordsMax = min(recordsMax, SegmentFormat.intervalRecordsMax)
        self.id = id
        self.output = output
        self.blocks = blocks
        self.checkpoints = SlotTableWriter(
            slotBytes: SegmentFormat.checkpointSlotBytes, seed: .checkpoints, id: id,
            spill: checkpoints)
        chain = SetHash()
    }

    /// The chain's head behind the last set.
    var head: ChainHash { chain.head }

    /// Begins the run of a stream at `start`, where the chain's head is `head`.
    func begin(
        _ record: StreamRecord, start: StreamPosition, head: ChainHash, encoding: RunEncoding
    ) throws(LogError) {
        self.start = start
        dataOffset = output.position
        let isGenesis =
            start == .start
            && head == record.genesis
        hasHead = !isGenesis
        self.encoding = encoding
        isDecided = encoding == .none
        stored = 0
        next = start
        chain.begin(incarnation: record.incarnation, id: record.id, head: head)
        try blocks.clear()
        try checkpoints.begin(at: dataOffset)
        beginInterval()
    }

    /// Adds a set or a part of one; see `SegmentWriter.append`.
    func append(
        _ entries: [LengthEntry], _ payload: [UnsafeRawBufferPointer], headAfter: ChainHash?,
        leaves: [SHA256Digest]
    ) throws(LogError) {
        let bytes = payload.reduce(0) { $0 + $1.count }
        guard !chain.isOpen, let headAfter, entries.count <= recordsMax,
            bytes <= SegmentFormat.intervalBytesMax
        else { return try split(entries, payload, headAfter: headAfter, leaves: leaves) }
        if intervalRecords + entries.count > recordsMax
            || intervalBytes + bytes > SegmentFormat.intervalBytesMax
        {
            try closeInterval()
        }
        var left = bytes
        var leaf = 0
        for entry in entries {
            try add(entry, leaves, &leaf)
            left -= entry.storedBytes
        }
        guard left == 0, leaf == leaves.count else { throw contradiction() }
        for piece in payload { try write(piece) }
        chain.head = headAfter
    }

    /// Adds a set of `count` records, none of them redacted; see `SegmentWriter.append`.
    func append(
        _ lengths: UnsafeRawPointer, _ count: Int, _ payload: UnsafeRawBufferPointer,
        headAfter: ChainHash
    ) throws(LogError) {
        guard !chain.isOpen, count <= recordsMax,
            payload.count <= SegmentFormat.intervalBytesMax
        else {
            let entries = (0..<count).map {
                LengthEntry(rawValue: lengths.loadLittleEndian(Format.lengthEntryBytes * $0))
            }
            return try split(entries, [payload], headAfter: headAfter, leaves: [])
        }
        if intervalRecords + count > recordsMax
            || intervalBytes + payload.count > SegmentFormat.intervalBytesMax
        {
            try closeInterval()
        }
        var left = payload.count
        var records: UInt64 = 0
        for index in 0..<count {
            let entry = LengthEntry(
                rawValue: lengths.loadLittleEndian(Format.lengthEntryBytes * index))
            guard let kind = StoredLength.kind(of: entry),
                StoredLength.append(entry, leaf: nil, to: &self.lengths)
            else { throw contradiction() }
            if kind.takesNumber { records += 1 }
            left -= entry.storedBytes
        }
        guard left == 0 else { throw contradiction() }
        intervalRecords += count
        intervalBytes += payload.count
        next = StreamPosition(
            record: next.record + records, byte: next.byte + UInt64(payload.count))
        try write(payload)
        chain.head = headAfter
    }

    /// Ends the run; nil when it has no records.
    func end() throws(LogError) -> SettledRun? {
        guard !chain.isOpen else { throw contradiction() }
        guard checkpoints.count > 0 || intervalRecords > 0 else { return nil }
        if intervalRecords > 0 { try closeInterval() }
        let blocksBytes = UInt64(blocks.count)
        let output = self.output
        try blocks.drain { (bytes) throws(LogError) in try output.writeData(bytes) }
        let count = checkpoints.count
        if count > 1 {
            try checkpoints.drain { (bytes) throws(LogError) in try output.writeData(bytes) }
        }
        return SettledRun(
            segment: segment, start: start, recordCount: next.record - start.record,
            byteCount: next.byte - start.byte, dataOffset: dataOffset, storedBytes: stored,
            blocksBytes: blocksBytes, checkpointCount: count, encoding: encoding, hasHead: hasHead)
    }

    /// Adds a set, or a part of one, that may need checkpoints within: record by record.
    private func split(
        _ entries: [LengthEntry], _ payload: [UnsafeRawBufferPointer], headAfter: ChainHash?,
        leaves: [SHA256Digest]
    ) throws(LogError) {
        if !chain.isOpen {
            // Here the head is known without computing it.
            if intervalRecords > 0 { try closeInterval() }
            chain.open(isHashing: headAfter == nil || entries.count > 1)
        }
        var source = PieceCursor(payload)
        try continueRecord(from: &source)
        var leaf = 0
        for entry in entries {
            guard !chain.isRecordOpen else { throw contradiction() }
            if intervalRecords > 0,
                intervalRecords + 1 > recordsMax
                    || intervalBytes + entry.storedBytes > SegmentFormat.intervalBytesMax
            {
                try closeInterval()
            }
            let number = next.record
            let own = try add(entry, leaves, &leaf)
            chain.beginRecord(entry, number: number, leaf: own)
            try continueRecord(from: &source)
        }
        guard source.isAtEnd, leaf == leaves.count, headAfter == nil || !chain.isRecordOpen else {
            throw contradiction()
        }
        if let headAfter { try chain.close(headAfter) }
    }

    private func continueRecord(from source: inout PieceCursor) throws(LogError) {
        while chain.isRecordOpen {
            guard chain.missingBytes > 0 else { return chain.endRecord() }
            guard let piece = source.next(atMost: chain.missingBytes) else { return }
            chain.add(piece)
            try write(piece)
        }
    }

    /// Counts a record into the interval; the leaf that belongs to it.
    @discardableResult
    private func add(
        _ entry: LengthEntry, _ leaves: [SHA256Digest], _ leaf: inout Int
    ) throws(LogError) -> SHA256Digest? {
        let kind = StoredLength.kind(of: entry)
        let own = kind?.keepsLeaf == true && leaf < leaves.count ? leaves[leaf] : nil
        if own != nil { leaf += 1 }
        guard let kind, StoredLength.append(entry, leaf: own, to: &lengths) else {
            throw contradiction()
        }
        intervalRecords += 1
        intervalBytes += entry.storedBytes
        next = StreamPosition(
            record: next.record + (kind.takesNumber ? 1 : 0),
            byte: next.byte + UInt64(entry.storedBytes))
        return own
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(LogError) {
        var rest = bytes
        while encoding != .none, rest.count > 0 {
            let room = SegmentFormat.chunkBytesMax - chunk.count
            chunk.append(UnsafeRawBufferPointer(rebasing: rest.prefix(room)))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(room))
            if chunk.count == SegmentFormat.chunkBytesMax { try closeChunk() }
        }
        guard rest.count > 0 else { return }
        try output.writeData(rest)
        stored += UInt64(rest.count)
    }

    /// Stores the chunk, smaller if that is possible; the first one decides about the run.
    private func closeChunk() throws(LogError) {
        guard chunk.count > 0 else { return }
        var bytes = encoder.encode(chunk.bytes, as: encoding)
        if !isDecided {
            isDecided = true
            let saved = chunk.count - (bytes?.count ?? chunk.count)
            if saved < max(1, chunk.count / Self.savingDivisor) {
                encoding = .none
                bytes = nil
            }
        }
        let kept = bytes ?? chunk.bytes
        try output.writeData(kept)
        stored += UInt64(kept.count)
        chunkCount += 1
        chunkSizes.appendVarint(UInt64(kept.count))
        chunk.clear()
    }

    private func closeInterval() throws(LogError) {
        try closeChunk()
        if !isDecided {
            isDecided = true
            encoding = .none
        }
        block.clear()
        if hasHead || checkpoints.count > 0 { block.append(intervalHead) }
        if encoding != .none {
            block.appendVarint(UInt64(chunkCount))
            block.append(chunkSizes.bytes)
        }
        block.append(lengths.bytes)
        let offset = UInt64(blocks.count)
        let checksum = SegmentSeed.interval.checksum(
            block.bytes, id: id, place: dataOffset + offset)
        block.append(checksum)
        guard checkpoints.count < SegmentFormat.checkpointsMax else {
            throw .limitExceeded(
                name: "checkpoints of a run", limit: SegmentFormat.checkpointsMax,
                actual: checkpoints.count + 1)
        }
        try checkpoints.add(
            intervalStart.record, intervalStart.byte, intervalStored,
            CheckpointSlot.packed(blockOffset: offset, blockBytes: block.count))
        try blocks.append(block.bytes)
        beginInterval()
    }

    private func beginInterval() {
        intervalStart = next
        intervalHead = chain.head
        intervalStored = stored
        intervalRecords = 0
        intervalBytes = 0
        lengths.clear()
        chunkCount = 0
        chunkSizes.clear()
        chunk.clear()
    }

    private func contradiction() -> LogError {
        .corruption(
            file: SegmentName(number: segment, role: .writing).path, byte: output.position,
            count: 0, detail: "the lengths and the bytes of a set given for it do not agree")
    }
}
