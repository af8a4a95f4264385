import VarveBytes

/// Where what readers may see of a trimmed stream begins, and what its chain is there.
///
/// A trim names one, and binds it in the chain of its stream: whoever knows a later head knows that
/// the stream was shortened, up to where, and what the head there was.
package struct VisibleStart: Hashable, Sendable {
    /// Bytes of a visible start in a frame, and in the chain (persisted).
    static let byteCount = 16 + 32

    /// A border between two records; everything before it is hidden, and may be gone.
    package var position: StreamPosition
    /// The head of the chain that has the last record before the position, behind that record.
    package var head: ChainHash

    /// A visible start with the given parts.
    package init(position: StreamPosition, head: ChainHash) {
        self.position = position
        self.head = head
    }

    /// Reads the `byteCount` bytes at `base`; they may be anything.
    init(loadingFrom base: UnsafeRawPointer) {
        self.init(
            position: StreamPosition(
                record: base.loadLittleEndian(0), byte: base.loadLittleEndian(8)),
            head: ChainHash(loadingFrom: base + 16))
    }

    /// The digest of its bytes: the payload of a trim's leaf.
    var digest: SHA256Digest {
        withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { bytes in
            store(to: bytes.start)
            return SHA256Hasher.hash(UnsafeRawBufferPointer(bytes))
        }
    }

    /// The leaf of a trim that names it, in a stream whose next data record is number `record`.
    func leaf(of incarnation: Incarnation, record: UInt64) -> SHA256Digest {
        Chain.leaf(
            incarnation: incarnation, record: record, kind: .trim, length: Self.byteCount,
            payload: digest)
    }

    /// Writes `byteCount` bytes to `base`.
    func store(to base: UnsafeMutableRawPointer) {
        base.storeLittleEndian(position.record, at: 0)
        base.storeLittleEndian(position.byte, at: 8)
        head.store(to: base + 16)
    }
}
