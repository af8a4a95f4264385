import VarveBytes

/// What all streams of the catalog amount to. 16 bytes (persisted).
///
/// Every batch that changes streams changes them too: what a crash leaves of a settling has the
/// totals of what it left.
struct CatalogTotals: Equatable {
    /// How many streams there are; tombstones are none, and reserved ones are not counted.
    var streams: UInt64 = 0
    /// The bytes of their records, those that forks share with their sources counted once.
    var bytes: UInt64 = 0

    private static let byteCount = 16

    /// The totals of a catalog without streams.
    init() {}

    /// Reads what `encoded` made; nil when it is not that.
    init?(decoding bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount, let base = bytes.baseAddress else { return nil }
        streams = base.loadLittleEndian(0)
        self.bytes = base.loadLittleEndian(8)
    }

    /// Takes over that a stream was `previous`, nil when there was none, and is `record` now.
    ///
    /// Wraps around rather than traps: the numbers may come from a damaged file.
    mutating func note(_ record: StreamRecord, after previous: StreamRecord?) {
        if record.isReserved { return }
        if let previous, !previous.isDeleted {
            streams &-= 1
            bytes &-= previous.ownBytes
        }
        guard !record.isDeleted else { return }
        streams &+= 1
        bytes &+= record.ownBytes
    }

    /// The bytes of the totals.
    var encoded: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            let base = UnsafeMutableRawBufferPointer(buffer).start
            base.storeLittleEndian(streams, at: 0)
            base.storeLittleEndian(bytes, at: 8)
            count = Self.byteCount
        }
    }
}
