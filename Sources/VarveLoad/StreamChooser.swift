/// Chooses streams at random, the same sequence in every run.
struct StreamChooser {
    private let count: UInt64
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Chooses among `count` streams, at least 1.
    init(count: Int) {
        precondition(count > 0)
        self.count = UInt64(count)
    }

    /// The next stream (xorshift64).
    mutating func next() -> UInt32 {
        if count == 1 { return 0 }
        state ^= state &<< 13
        state ^= state &>> 7
        state ^= state &<< 17
        return UInt32(truncatingIfNeeded: state.multipliedFullWidth(by: count).high)
    }
}
