import VarveBytes
package import VarveLog

/// One batch of the batch log as its record has it: checked, immutable, shared by all who look.
///
/// Going through it allocates nothing. Thread rule: any thread.
package struct BatchImage: Sendable {
    /// Its sequence.
    package let sequence: UInt64
    /// What it does.
    package let kind: StoreBatch.Kind
    /// How many entries it has.
    package let count: Int
    private let memory: BatchMemory
    private let start: Int
    /// Bytes of its record.
    package let byteCount: Int

    /// A batch that was just encoded.
    init(_ batch: EncodedBatch, sequence: UInt64) {
        self.sequence = sequence
        kind = batch.kind
        count = batch.count
        memory = batch.memory
        start = 0
        byteCount = batch.memory.bytes.count
    }

    /// The batch whose record begins at the byte `start` of `memory`; others may follow it.
    ///
    /// - Parameter place: where in the batch stream the record begins.
    /// - Throws: `corruption` when there is no such record; `place` is in its text.
    package init(
        decoding memory: BatchMemory, at start: Int, sequence: UInt64, place: StreamPosition
    ) throws(LogError) {
        do {
            var reader = ByteReader(UnsafeRawBufferPointer(rebasing: memory.bytes[start...]))
            guard let kind = StoreBatch.Kind(rawValue: try reader.read()) else {
                throw TruncatedInput(position: 0, expected: 0, available: reader.remaining)
            }
            let count = Int(try reader.read(UInt32.self))
            guard count >= 1, count <= StoreLimits.batchEntriesMax else {
                throw TruncatedInput(
                    position: BatchFormat.countOffset, expected: 0, available: reader.remaining)
            }
            for _ in 0..<count {
                let keyBytes = Int(try reader.read(UInt8.self))
                guard keyBytes <= StoreLimits.keyBytesMax else {
                    throw TruncatedInput(
                        position: reader.position, expected: 0, available: reader.remaining)
                }
                try reader.skip(keyBytes)
                if kind == .put { try reader.skip(Int(clamping: try reader.readVarint())) }
            }
            self.sequence = sequence
            self.kind = kind
            self.count = count
            self.memory = memory
            self.start = start
            byteCount = reader.position
        } catch {
            throw Self.damage(sequence, place, error)
        }
    }

    private static func damage(
        _ sequence: UInt64, _ place: StreamPosition, _ error: any Error
    ) -> LogError {
        .corruption(
            file: StoreStream.batchesTitle, byte: place.byte, count: 0,
            detail: "batch \(sequence) is not one: \(error)")
    }

    /// Its record's bytes, valid as long as this is held.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory.bytes[start..<start + byteCount])
    }

    /// Calls `body` with each key and its value, in order; the value of a deletion is empty. The
    /// memory is valid as long as this is held.
    package func forEach<E: Error>(
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        let bytes = bytes
        let puts = kind == .put
        var next = BatchFormat.headerBytes
        for _ in 0..<count {
            let keyEnd = next + 1 + Int(bytes[next])
            let key = UnsafeRawBufferPointer(rebasing: bytes[next + 1..<keyEnd])
            guard puts else {
                next = keyEnd
                try body(key, UnsafeRawBufferPointer(start: nil, count: 0))
                continue
            }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[keyEnd...])
            guard let (length, size) = Varint.decode(rest) else {
                preconditionFailure("a batch was checked when it was made")
            }
            next = keyEnd + size + Int(length)
            try body(key, UnsafeRawBufferPointer(rebasing: bytes[keyEnd + size..<next]))
        }
        withExtendedLifetime(memory) {}
    }

    /// Its entries as values of their own.
    package var entries: [StoreEntry] {
        var entries: [StoreEntry] = []
        entries.reserveCapacity(count)
        forEach { key, value in
            entries.append(StoreEntry(key: Array(key), value: Array(value)))
        }
        return entries
    }

    /// The batch as a value of its own.
    package var batch: StoreBatch {
        StoreBatch(sequence: sequence, kind: kind, entries: entries)
    }
}
