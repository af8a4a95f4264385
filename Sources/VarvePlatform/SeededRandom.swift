import Synchronization

/// Repeatable randomness for tests and simulations: the same seed gives the same numbers.
///
/// A counter stepped by an odd constant and mixed by two multiplications (SplitMix64). Not for
/// secrets.
package final class SeededRandom: RandomSource {
    private let counter: Mutex<UInt64>

    /// A source that begins at `seed`.
    package init(seed: UInt64) {
        counter = Mutex(seed)
    }

    /// The next 64 bits.
    package func next() -> UInt64 {
        var value = counter.withLock { counter in
            counter &+= 0x9e37_79b9_7f4a_7c15
            return counter
        }
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    /// Fills `buffer` from as many numbers as it takes.
    package func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        var value: UInt64 = 0
        for index in 0..<buffer.count {
            if index % 8 == 0 { value = next() }
            buffer[index] = UInt8(truncatingIfNeeded: value)
            value >>= 8
        }
    }

    /// A number below `bound`, which is at least 1.
    package func next(below bound: Int) -> Int {
        precondition(bound > 0, "there is no number below \(bound)")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}
