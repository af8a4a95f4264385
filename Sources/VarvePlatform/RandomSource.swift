/// Where randomness comes from. The executable makes one and passes it down.
package protocol RandomSource: Sendable {
    /// Fills `buffer` with random bytes.
    func fill(_ buffer: UnsafeMutableRawBufferPointer)
    /// 64 random bits.
    func next() -> UInt64
}
