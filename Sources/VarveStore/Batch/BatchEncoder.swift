import VarveBytes

/// Encodes one batch, entry by entry, checking the limits: what it gives can be staged.
///
/// Thread rule: one thread at a time.
package struct BatchEncoder: ~Copyable {
    private var writer: ByteWriter
    private var count = 0
    private let kind: StoreBatch.Kind
    private let valueBytesMax: Int
    private let batchBytesMax: Int

    /// An empty batch of that kind, with room for `capacity` bytes of entries.
    package init(_ kind: StoreBatch.Kind, options: StoreOptions, capacity: Int = 0) {
        self.kind = kind
        valueBytesMax = min(options.valueBytesMax, StoreLimits.valueBytesCeiling)
        batchBytesMax = min(options.batchBytesMax, StoreLimits.batchBytesCeiling)
        writer = ByteWriter(capacity: BatchFormat.headerBytes + min(capacity, batchBytesMax))
        writer.append(kind.rawValue)
        writer.append(UInt32(0))
    }

    /// Adds a key, with its value if the batch puts.
    ///
    /// - Throws: `keyTooLong`, `valueTooLong`, `batchTooLarge`, `tooManyEntries`; the batch is of
    ///   no use then.
    package mutating func append(
        _ key: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) throws(StoreError) {
        guard key.count <= StoreLimits.keyBytesMax else {
            throw .keyTooLong(index: count, bytes: key.count, limit: StoreLimits.keyBytesMax)
        }
        guard value.count <= valueBytesMax else {
            throw .valueTooLong(index: count, bytes: value.count, limit: valueBytesMax)
        }
        let bytes = writer.count + key.count + value.count + BatchFormat.entryOverheadMax
        guard bytes <= batchBytesMax else {
            throw .batchTooLarge(bytes: bytes, limit: batchBytesMax)
        }
        guard count < StoreLimits.batchEntriesMax else {
            throw .tooManyEntries(count: count + 1, limit: StoreLimits.batchEntriesMax)
        }
        writer.append(UInt8(key.count))
        writer.append(key)
        if kind == .put {
            writer.appendVarint(UInt64(value.count))
            writer.append(value)
        }
        count += 1
    }

    /// The complete batch.
    /// - Throws: `emptyBatch`.
    package consuming func finish() throws(StoreError) -> EncodedBatch {
        guard count > 0 else { throw .emptyBatch }
        writer.overwrite(UInt32(count), at: BatchFormat.countOffset)
        let kind = kind
        let count = count
        return EncodedBatch(kind: kind, count: count, memory: BatchMemory(writer))
    }
}
