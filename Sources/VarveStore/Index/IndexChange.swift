import VarveBytes
import VarveIndex

/// What batches and prunes change in the index, gathered for one write.
///
/// Thread rule: whoever holds the applier's lock.
struct IndexChange: ~Copyable {
    private var batch = IndexBatch()
    private var key = ByteWriter(capacity: 256)
    private var value = ByteWriter(capacity: 1 << 10)

    /// Bytes gathered so far.
    var byteCount: Int { batch.byteCount }

    /// True when nothing is gathered.
    var isEmpty: Bool { batch.isEmpty }

    /// Forgets what is gathered.
    mutating func clear() {
        batch.clear()
    }

    /// Adds what a batch does, the values with its sequence.
    mutating func add(_ image: borrowing BatchImage) throws(IndexError) {
        let sequence = image.sequence.bigEndian
        let puts = image.kind == .put
        try image.forEach { (key, value) throws(IndexError) in
            if puts {
                try put(key, value, sequence)
            } else {
                try delete(key)
            }
        }
    }

    /// Adds that a key of the store goes.
    mutating func delete(_ key: UnsafeRawBufferPointer) throws(IndexError) {
        setKey(key)
        try batch.delete(self.key.bytes)
    }

    /// Sets one of the index's own rows.
    mutating func set(_ key: [UInt8], _ value: [UInt8]) throws(IndexError) {
        try batch.put(key, value)
    }

    /// Adds one put of a run whose keys come in ascending order.
    mutating func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
        _ bigEndianSequence: UInt64
    ) throws(IndexError) {
        setKey(key)
        self.value.clear()
        let target = self.value.extend(by: IndexFormat.sequenceBytes)
        target.storeBytes(of: bigEndianSequence, as: UInt64.self)
        self.value.append(value)
        try batch.put(self.key.bytes, self.value.bytes)
    }

    /// Writes what is gathered as one change, and forgets it.
    mutating func write(to index: any OrderedIndex) throws(IndexError) {
        try index.write(batch)
        batch.clear()
    }

    /// Takes what is gathered, puts with ascending keys only, into the index as a sorted file.
    mutating func ingest(into index: any OrderedIndex) throws(IndexError) {
        try index.ingest(batch)
        batch.clear()
    }

    private mutating func setKey(_ key: UnsafeRawBufferPointer) {
        self.key.clear()
        self.key.append(IndexFormat.keyPrefix)
        self.key.append(key)
    }
}
