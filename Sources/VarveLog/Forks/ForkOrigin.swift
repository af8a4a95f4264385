import VarveBytes

/// Where a fork begins: the place in its source up to which it reads the source's records, and what
/// the source was there. Never changes.
package struct ForkOrigin: Hashable, Sendable {
    /// Bytes of an origin in a frame: id, incarnation, position, head (persisted).
    static let byteCount = 8 + Format.incarnationBytes + 16 + 32
    /// The most forks that lie one above the other: a cascade names them in one frame (persisted).
    package static let depthMax = Format.nameBytesMax / 8
    /// The most living forks of one stream.
    package static let forksMax = 10_000

    /// What `limitExceeded` says of either.
    package static let depthLimit = "forks one above the other"
    /// What `limitExceeded` says of too many forks of one stream.
    package static let countLimit = "forks of one stream"

    /// The source.
    package var source: StreamID
    /// The source's incarnation.
    package var sourceIncarnation: Incarnation
    /// The records before it are the source's, those behind it the fork's own.
    package var position: StreamPosition
    /// The head of the chain that has the last record before the position, behind that record.
    package var sourceHead: ChainHash

    /// An origin with the given parts.
    package init(
        source: StreamID, sourceIncarnation: Incarnation, position: StreamPosition,
        sourceHead: ChainHash
    ) {
        self.source = source
        self.sourceIncarnation = sourceIncarnation
        self.position = position
        self.sourceHead = sourceHead
    }

    /// Reads the `byteCount` bytes at `base`; they may be anything.
    init(loadingFrom base: UnsafeRawPointer) {
        self.init(
            source: StreamID(rawValue: base.loadLittleEndian(0)),
            sourceIncarnation: Incarnation(loadingFrom: base + 8),
            position: StreamPosition(
                record: base.loadLittleEndian(24), byte: base.loadLittleEndian(32)),
            sourceHead: ChainHash(loadingFrom: base + 40))
    }

    /// Writes `byteCount` bytes to `base`.
    func store(to base: UnsafeMutableRawPointer) {
        base.storeLittleEndian(source.rawValue, at: 0)
        sourceIncarnation.store(to: base + 8)
        base.storeLittleEndian(position.record, at: 24)
        base.storeLittleEndian(position.byte, at: 32)
        sourceHead.store(to: base + 40)
    }
}
