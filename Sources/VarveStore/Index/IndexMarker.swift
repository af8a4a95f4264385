import VarveBytes
import VarveLog

/// How far the index has come: written together with every change that it stands for.
struct IndexMarker: Equatable, Sendable {
    /// Bytes of an encoded marker.
    static let byteCount = 1 + 2 * 16 + 4 * 8

    /// The stream of batches that it is a fold of.
    let batches: Incarnation
    /// The stream of settings and prunes that it is a fold of.
    let policies: Incarnation
    /// Behind the last batch that it has.
    var batchPlace = StreamPosition.start
    /// Behind the last setting or prune that it has.
    var policyPlace = StreamPosition.start

    /// The marker of an index that has nothing of these streams yet.
    init(batches: Incarnation, policies: Incarnation) {
        self.batches = batches
        self.policies = policies
    }

    /// Decodes a marker.
    /// - Throws: `index` when the bytes are not one of this version.
    init(decoding bytes: [UInt8]) throws(StoreError) {
        guard let version = bytes.first, version == IndexFormat.version else {
            throw .index(
                "its format is \(bytes.first.map { "version \($0)" } ?? "unknown"); "
                    + "this program knows version \(IndexFormat.version)")
        }
        guard bytes.count == Self.byteCount else {
            throw .index("its marker has \(bytes.count) bytes, not \(Self.byteCount)")
        }
        (batches, policies, batchPlace, policyPlace) = bytes.withUnsafeBytes { bytes in
            let base = bytes.start
            return (
                Incarnation(loadingFrom: base + 1), Incarnation(loadingFrom: base + 17),
                Self.position(base + 33), Self.position(base + 49)
            )
        }
    }

    /// The marker's bytes.
    var encoded: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        bytes.withUnsafeMutableBytes { bytes in
            let base = bytes.start
            bytes[0] = IndexFormat.version
            batches.store(to: base + 1)
            policies.store(to: base + 17)
            Self.store(batchPlace, to: base + 33)
            Self.store(policyPlace, to: base + 49)
        }
        return bytes
    }

    private static func position(_ base: UnsafeRawPointer) -> StreamPosition {
        StreamPosition(record: base.loadLittleEndian(), byte: base.loadLittleEndian(8))
    }

    private static func store(_ position: StreamPosition, to base: UnsafeMutableRawPointer) {
        base.storeLittleEndian(position.record)
        base.storeLittleEndian(position.byte, at: 8)
    }
}
