import VarvePlatform

/// Pairs for one batch, made outside of what is timed: keys of 16 random bytes, values of 100.
struct StorePairs {
    private var keys: [(UInt64, UInt64)]
    private let value: [UInt8]
    private var first = 0

    /// Room for batches of `size` pairs.
    init(_ size: Int) {
        keys = Array(repeating: (0, 0), count: size)
        value = (0..<100).map { UInt8(truncatingIfNeeded: $0 / 8) }
    }

    /// Makes the pairs of the next batch; none has a key of an earlier one.
    mutating func next() {
        for index in keys.indices { keys[index] = Self.words(first + index) }
        first += keys.count
    }

    /// The key with that number.
    static func key(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: words(number)) { Array($0) }
    }

    /// Calls `body` with each pair.
    func forEach(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try value.withUnsafeBytes { value in
            for key in keys { try withUnsafeBytes(of: key) { try body($0, value) } }
        }
    }

    private static func words(_ number: Int) -> (UInt64, UInt64) {
        let random = SeededRandom(seed: UInt64(number))
        return (random.next(), random.next())
    }
}
