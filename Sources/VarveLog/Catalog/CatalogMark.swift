import VarveBytes

/// How far the log is settled: the catalog's last word in every change. 48 bytes (persisted).
struct CatalogMark: Equatable {
    /// Where the settled part ends.
    var cut: CutPoint
    /// The number that the next segment gets.
    var nextSegment: UInt32
    /// The time of the last frame before the cut.
    var wallMilliseconds: UInt64

    /// The mark of a log of which nothing is settled.
    static let nothing = CatalogMark(
        cut: CutPoint(lsn: 0, file: 0, fileID: 0, byte: 0), nextSegment: 1, wallMilliseconds: 0)

    private static let byteCount = 48

    /// The mark with the given parts.
    init(cut: CutPoint, nextSegment: UInt32, wallMilliseconds: UInt64) {
        self.cut = cut
        self.nextSegment = nextSegment
        self.wallMilliseconds = wallMilliseconds
    }

    /// Reads what `encoded` made; nil when it is not that.
    init?(decoding bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount, let base = bytes.baseAddress else { return nil }
        cut = CutPoint(
            lsn: base.loadLittleEndian(0),
            place: JournalCut(
                fileNumber: base.loadLittleEndian(8), fileID: base.loadLittleEndian(16),
                byte: base.loadLittleEndian(24)))
        nextSegment = UInt32(truncatingIfNeeded: base.loadLittleEndian(32, as: UInt64.self))
        wallMilliseconds = base.loadLittleEndian(40)
    }

    /// The mark's bytes.
    var encoded: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            let base = UnsafeMutableRawBufferPointer(buffer).start
            base.storeLittleEndian(cut.lsn, at: 0)
            base.storeLittleEndian(cut.place.fileNumber, at: 8)
            base.storeLittleEndian(cut.place.fileID, at: 16)
            base.storeLittleEndian(cut.place.byte, at: 24)
            base.storeLittleEndian(UInt64(nextSegment), at: 32)
            base.storeLittleEndian(wallMilliseconds, at: 40)
            count = Self.byteCount
        }
    }
}
