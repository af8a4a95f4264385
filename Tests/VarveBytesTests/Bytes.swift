import VarveBytes

/// The bytes of a string, for tables of cases.
func bytes(_ text: String) -> [UInt8] {
    Array(text.utf8)
}

/// Calls `body` with a view of `bytes`.
func withView<R>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try bytes.withUnsafeBytes(body)
}

/// Repeatable numbers for the property tests of a module that may not import the platform.
struct Numbers: RandomNumberGenerator {
    private var state: UInt64

    /// Numbers that begin at `seed`.
    init(seed: UInt64) {
        state = seed
    }

    /// The next number (xorshift with a multiplication).
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_f491_4f6c_dd1d
    }

    /// `count` random bytes.
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
    }
}
