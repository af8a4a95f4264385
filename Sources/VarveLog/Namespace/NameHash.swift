/// A hash of name bytes for the table of streams: fast, seeded so that names cannot be chosen to
/// collide.
///
/// Words are folded by a widening multiplication. Never persisted.
struct NameHash {
    private let seed: UInt64

    /// A hash with a random seed.
    init(seed: UInt64) {
        self.seed = seed | 1
    }

    /// The hash of `bytes`.
    func value(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = seed ^ (UInt64(bytes.count) &* 0x9e37_79b9_7f4a_7c15)
        guard let base = bytes.baseAddress else { return fold(state, seed) }
        var offset = 0
        while offset + 8 <= bytes.count {
            state = fold(
                state ^ base.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                0xa076_1d64_78bd_642f)
            offset += 8
        }
        var rest: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count {
            rest |= UInt64(bytes[offset]) << shift
            shift += 8
            offset += 1
        }
        return fold(state ^ rest, 0xe703_7ed1_a0b4_28db ^ seed)
    }

    private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
