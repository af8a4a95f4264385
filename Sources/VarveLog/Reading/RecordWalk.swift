import VarveBytes

/// Walks over the frames of one stream, gives out its records, and follows the hash chain.
///
/// Thread rule: one thread, which may wait for a disk.
struct RecordWalk {
    /// What the records are given to.
    var chain: RecordChain
    private let bytes: LogBytes
    private var frame: [UInt8] = []
    /// The stored bytes so far of a record that reaches over several parts.
    private var partial: [UInt8] = []
    private var partialEntry: LengthEntry?

    /// A walk that goes on with `chain`.
    init(in bytes: LogBytes, chain: RecordChain) {
        self.bytes = bytes
        self.chain = chain
    }

    /// Joins the chain behind an extent that ends at the stream's byte `end`: its frame has the
    /// head there.
    mutating func join(behind extent: Extent, end: UInt64) throws(LogError) {
        guard chain.isHashing else { return }
        _ = try load(extent, payloadBytes: Int(end - extent.firstByte))
        try chain.join(headInFrame(), at: extent.firstRecord)
    }

    /// Walks over one extent, which follows the one before, and calls `body` for each record that
    /// is complete with it.
    ///
    /// - Parameters:
    ///   - end: where the extent's payload ends in the stream.
    ///   - isLastOfSet: whether the frame's stored head is the head after this extent.
    mutating func visit(
        _ extent: Extent, end: UInt64, isLastOfSet: Bool,
        _ body: (Record) throws(LogError) -> Void
    ) throws(LogError) {
        let prefix = try load(extent, payloadBytes: Int(end - extent.firstByte))
        var position = extent.start
        var offset = prefix
        if let entry = partialEntry {
            let count = min(entry.storedBytes - partial.count, frame.count - offset)
            partial += frame[offset..<offset + count]
            offset += count
            let began = StreamPosition(
                record: position.record - 1,
                byte: position.byte + UInt64(count) - UInt64(partial.count))
            position.byte += UInt64(count)
            guard partial.count == entry.storedBytes else { return }
            partialEntry = nil
            let stored = partial
            partial = []
            try chain.give(entry, at: began, stored[...], body)
        }
        let count = recordCount(prefix)
        for index in 0..<count {
            let entry = self.entry(index, of: count, prefix)
            let stored = min(entry.storedBytes, frame.count - offset)
            let slice = frame[offset..<offset + stored]
            offset += stored
            if stored < entry.storedBytes {
                guard index == count - 1 else { throw damaged(extent) }
                partialEntry = entry
                partial = Array(slice)
            } else {
                let leaf =
                    entry.kind == .trim ? try trimLeaf(prefix, count, position.record) : nil
                try chain.give(entry, at: position, slice, leaf: leaf, body)
            }
            if entry.kind?.takesNumber ?? true { position.record += 1 }
            position.byte += UInt64(stored)
        }
        guard isLastOfSet else { return }
        guard partialEntry == nil else { throw damaged(extent) }
        try chain.join(headInFrame(), at: extent.firstRecord)
    }

    /// The leaf of the trim record in the frame, whose number is `record`.
    private func trimLeaf(
        _ prefix: Int, _ records: Int, _ record: UInt64
    ) throws(LogError) -> SHA256Digest? {
        let incarnation = chain.incarnation
        return try frame.withUnsafeBufferPointer { (bytes) throws(LogError) in
            try FrameImage.visible(
                UnsafeRawBufferPointer(bytes).start, prefix, records: records)?
                .leaf(of: incarnation, record: record)
        }
    }

    /// Reads the frame of `extent`; the bytes before its payload.
    private mutating func load(_ extent: Extent, payloadBytes: Int) throws(LogError) -> Int {
        try fill(3 * 4, at: extent.byte - UInt32(Format.trailerBytes), of: extent.file)
        let records = Int(word(4))
        let prefix = Int(word(8))
        guard prefix <= Int(extent.byte), prefix <= Format.frameBytesMax,
            records <= Format.partRecordsMax,
            prefix >= Format.frameHeaderBytes + Format.lengthEntryBytes * records
                + Format.trailerBytes
        else { throw damaged(extent) }
        try fill(prefix + payloadBytes, at: extent.byte - UInt32(prefix), of: extent.file)
        guard recordCount(prefix) == records else { throw damaged(extent) }
        return prefix
    }

    private mutating func fill(_ count: Int, at byte: UInt32, of file: UInt32) throws(LogError) {
        if frame.count != count { frame = [UInt8](repeating: 0, count: count) }
        let bytes = self.bytes
        try frame.withUnsafeMutableBufferPointer { (buffer) throws(LogError) in
            _ = try bytes.read(
                file: file, byte: byte, into: UnsafeMutableRawBufferPointer(buffer),
                blocking: true)
        }
    }

    private func word(_ offset: Int) -> UInt32 {
        frame.withUnsafeBytes { $0.start.loadLittleEndian(offset) }
    }

    private func recordCount(_ prefix: Int) -> Int { Int(word(prefix - 8)) }

    private func entry(_ index: Int, of count: Int, _ prefix: Int) -> LengthEntry {
        let start = prefix - Format.trailerBytes - Format.lengthEntryBytes * count
        return LengthEntry(rawValue: word(start + Format.lengthEntryBytes * index))
    }

    private func headInFrame() -> ChainHash {
        frame.withUnsafeBytes { ChainHash(loadingFrom: $0.start + 72) }
    }

    private func damaged(_ extent: Extent) -> LogError {
        .corruption(
            file: JournalFileName(number: UInt64(extent.file), role: .journal).path,
            byte: UInt64(extent.byte) - UInt64(Format.trailerBytes),
            count: UInt64(Format.trailerBytes), detail: "a frame's lengths are impossible")
    }
}
