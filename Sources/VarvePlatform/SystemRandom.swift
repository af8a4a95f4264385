import CVarve
import Glibc

/// Randomness from the kernel (getrandom), fit for identities and keys.
package struct SystemRandom: RandomSource {
    /// The kernel's randomness.
    package init() {}

    /// Fills `buffer`; waits only if the system has just booted and is not seeded yet.
    package func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        var done = 0
        while done < buffer.count {
            let count = getrandom(buffer.baseAddress.map { $0 + done }, buffer.count - done, 0)
            // With a valid buffer and no flags only an interruption can fail.
            precondition(count >= 0 || errno == EINTR, "getrandom is part of the kernel")
            done += max(count, 0)
        }
    }

    /// 64 random bits.
    package func next() -> UInt64 {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value) { fill($0) }
        return value
    }
}
