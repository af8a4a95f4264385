import VarveBytes

/// A key that may stay, with what it is compared by.
struct PruneCandidate: Equatable {
    /// The key, in the order of the store.
    let key: [UInt8]
    /// Bytes that sort as the keys' order says: of a signed number the sign bit is inverted.
    let order: [UInt8]

    /// How many bytes it takes, about: two arrays and their places.
    var byteCount: Int { key.count + order.count + 96 }

    /// A candidate whose order is `order`; nil when those are no bytes of the encoding.
    init?(
        key: UnsafeRawBufferPointer, order: UnsafeRawBufferPointer, _ encoding: PrunePolicy.Encoding
    ) {
        guard encoding == .bytes || order.count == 8 else { return nil }
        self.key = Array(key)
        var bytes = Array(order)
        if encoding == .int64 { bytes[0] ^= 0x80 }
        self.order = bytes
    }

    /// True when this one goes before `other` does; of equal orders the lower key goes first.
    func isOlder(than other: PruneCandidate) -> Bool {
        if order == other.order { return Self.sorts(key, before: other.key) }
        return Self.sorts(order, before: other.order)
    }

    private static func sorts(_ left: [UInt8], before right: [UInt8]) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { left.sortsBefore($0) } }
    }
}
