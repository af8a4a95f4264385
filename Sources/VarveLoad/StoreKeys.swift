/// The keys of a run in the store: 16 hexadecimal digits, of which the first eight are the run's
/// own and the others a number, scattered over all there are.
struct StoreKeys {
    /// The bytes of a key.
    static let byteCount = 16
    /// The bytes that all keys of the run begin with.
    static let prefixCount = 8

    /// The run's part, in the upper half.
    private let high: UInt64

    /// The keys of the run of this name.
    init(run name: String) {
        var hash: UInt32 = 0x811C_9DC5
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        high = UInt64(hash) << 32
    }

    /// The key of `number`, as the number whose 16 digits it is. No two numbers share one, and
    /// neighbours are far from each other.
    func key(_ number: UInt32) -> UInt64 {
        var mixed = number &* 0x9E37_79B1
        mixed ^= mixed >> 15
        mixed = mixed &* 0x85EB_CA77
        mixed ^= mixed >> 13
        return high | UInt64(mixed)
    }

    /// The key at a place between the first (0) and the last there could be (`UInt32.max`).
    func key(at place: UInt32) -> UInt64 { high | UInt64(place) }
}
