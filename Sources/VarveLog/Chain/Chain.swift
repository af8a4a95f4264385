public import VarveBytes

/// The head of a stream's hash chain after some record.
public typealias ChainHash = SHA256Digest

/// The hash chain of a stream: SHA-256 over every record in order (`docs/format.md`, "The chain").
///
/// The first byte of each input tells leaves, heads and beginnings apart, so that none passes as
/// another.
package enum Chain {
    /// The version in every leaf (persisted).
    private static let version: UInt8 = 1
    /// Bytes of a leaf's input: tag, version, incarnation, record, kind, length, payload hash.
    private static let leafBytes = 1 + 1 + 16 + 8 + 1 + 4 + 32
    /// Memory for one such input.
    private static let leafRoom = 64
    /// Bytes of a head's input: tag and two digests.
    private static let headBytes = 1 + 32 + 32

    /// What the first record of a stream is chained to.
    package static func genesis(_ incarnation: Incarnation, name: UnsafeRawBufferPointer)
        -> ChainHash
    {
        withUnsafeTemporaryAllocation(byteCount: 17 + name.count, alignment: 8) { input in
            input[0] = 0x02
            let base = input.start
            incarnation.store(to: base + 1)
            if let source = name.baseAddress {
                (base + 17).copyMemory(from: source, byteCount: name.count)
            }
            return SHA256Hasher.hash(UnsafeRawBufferPointer(input))
        }
    }

    /// What the first own record of a fork is chained to: it binds the source at the fork's place.
    package static func genesis(
        _ incarnation: Incarnation, name: UnsafeRawBufferPointer, forkOf origin: ForkOrigin
    ) -> ChainHash {
        withUnsafeTemporaryAllocation(byteCount: 17 + name.count + 64, alignment: 8) { input in
            input[0] = 0x03
            let base = input.start
            incarnation.store(to: base + 1)
            if let source = name.baseAddress {
                (base + 17).copyMemory(from: source, byteCount: name.count)
            }
            let rest = base + 17 + name.count
            origin.sourceIncarnation.store(to: rest)
            rest.storeLittleEndian(origin.position.record, at: 16)
            rest.storeLittleEndian(origin.position.byte, at: 24)
            origin.sourceHead.store(to: rest + 32)
            return SHA256Hasher.hash(UnsafeRawBufferPointer(input))
        }
    }

    /// The head after one more record.
    ///
    /// - Parameters:
    ///   - record: the record's number; for a control record, the number of the next data record.
    ///   - length: bytes of the payload without a separator; of a trim, of its visible start.
    ///   - payload: the digest of the payload.
    package static func head(
        after head: ChainHash, incarnation: Incarnation, record: UInt64, kind: RecordKind,
        length: Int, payload: SHA256Digest
    ) -> ChainHash {
        self.head(
            after: head,
            leaf: leaf(
                incarnation: incarnation, record: record, kind: kind, length: length,
                payload: payload))
    }

    /// The leaf of a record; the parameters are those of `head`.
    package static func leaf(
        incarnation: Incarnation, record: UInt64, kind: RecordKind, length: Int,
        payload: SHA256Digest
    ) -> SHA256Digest {
        withUnsafeTemporaryAllocation(byteCount: leafRoom, alignment: 8) { input in
            let leaf = input.start
            let record = ChainRecord(number: record, kind: kind, length: length, payload: payload)
            encode(record, incarnation, to: leaf)
            return SHA256Hasher.hash(UnsafeRawBufferPointer(start: leaf, count: leafBytes))
        }
    }

    /// The leaves of `count` records of one stream, which do not depend on one another.
    ///
    /// - Parameters:
    ///   - record: the record with an index; called once for each, in order.
    ///   - body: gets the leaves, in order.
    static func leaves(
        incarnation: Incarnation, count: Int, _ record: (Int) -> ChainRecord,
        _ body: (Int, SHA256Digest) -> Void
    ) {
        // Records are asked for so many at a time, and their places used again.
        let places = min(count, SHA256Batch.countMax)
        withUnsafeTemporaryAllocation(byteCount: places * leafRoom, alignment: 8) { room in
            SHA256Batch.hash(count: count) { index in
                let leaf = room.start + index % places * leafRoom
                encode(record(index), incarnation, to: leaf)
                return UnsafeRawBufferPointer(start: leaf, count: leafBytes)
            } _: {
                body($0, $1)
            }
        }
    }

    private static func encode(
        _ record: ChainRecord, _ incarnation: Incarnation, to leaf: UnsafeMutableRawPointer
    ) {
        leaf.storeBytes(of: 0x00, as: UInt8.self)
        leaf.storeBytes(of: version, toByteOffset: 1, as: UInt8.self)
        incarnation.store(to: leaf + 2)
        leaf.storeLittleEndian(record.number, at: 18)
        leaf.storeBytes(of: record.kind.rawValue, toByteOffset: 26, as: UInt8.self)
        leaf.storeLittleEndian(UInt32(record.length), at: 27)
        record.payload.store(to: leaf + 31)
    }

    /// The head after one more record of which the leaf is known.
    package static func head(after head: ChainHash, leaf: SHA256Digest) -> ChainHash {
        withUnsafeTemporaryAllocation(byteCount: 72, alignment: 8) { input in
            let base = input.start
            base.storeBytes(of: 0x01, as: UInt8.self)
            head.store(to: base + 1)
            leaf.store(to: base + 33)
            return SHA256Hasher.hash(UnsafeRawBufferPointer(start: base, count: headBytes))
        }
    }
}
