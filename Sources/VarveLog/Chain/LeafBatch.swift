import VarveBytes

/// Records of one stream whose leaves are computed together, which is quicker than one by one.
struct LeafBatch {
    /// What is known of a record beside its bytes.
    struct Record {
        /// Its number; of a control record, that of the next data record.
        var number: UInt64
        /// What it is.
        var kind: RecordKind
        /// Bytes of the record without a separator.
        var length: Int
        /// The leaf of a record from whose bytes it does not follow.
        var leaf: SHA256Digest?
    }

    /// With so many bytes it is full.
    static let bytesMax = 64 << 10

    private var records: ContiguousArray<(record: Record, end: Int)> = []
    private var bytes: [UInt8] = []

    /// How many records there are.
    var count: Int { records.count }

    /// Whether waiting for more records makes nothing quicker.
    var isFull: Bool { count == SHA256Batch.countMax || bytes.count >= Self.bytesMax }

    /// Takes stored bytes of the record that ends next, its separator, if it has one, as the last.
    mutating func add(_ stored: some Collection<UInt8>) {
        bytes += stored
    }

    /// Ends a record, of which all bytes were added.
    mutating func end(_ record: Record) {
        records.append((record, bytes.count))
    }

    /// The bytes of the record with that index, without a separator.
    func payload(_ index: Int) -> ArraySlice<UInt8> {
        let start = index > 0 ? records[index - 1].end : 0
        return bytes[start..<records[index].end].prefix(records[index].record.length)
    }

    /// Forgets all records.
    mutating func clear() {
        records.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// The leaves of all records, in order.
    func leaves(of incarnation: Incarnation) -> ContiguousArray<SHA256Digest> {
        var digests = ContiguousArray(repeating: SHA256Digest(), count: count)
        bytes.withUnsafeBytes { bytes in
            var start = 0
            SHA256Batch.hash(count: count) { index in
                let end = records[index].end
                defer { start = end }
                let length = min(records[index].record.length, end - start)
                return UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
            } _: {
                digests[$0] = $1
            }
        }
        var leaves = digests
        Chain.leaves(incarnation: incarnation, count: count) { index in
            let record = records[index].record
            return ChainRecord(
                number: record.number, kind: record.kind, length: record.length,
                payload: digests[index])
        } _: { index, leaf in
            leaves[index] = records[index].record.leaf ?? leaf
        }
        return leaves
    }
}
