import CVarve

/// CRC-32C (Castagnoli), the checksum of every frame, block and footer.
///
/// Uses the SSE 4.2 instruction where the processor has it, a table elsewhere; the choice is made
/// once when the program starts.
package enum CRC32C {
    /// The checksum of `bytes`, continuing from `seed`.
    ///
    /// `value(b, seed: value(a))` is the checksum of `a` followed by `b`.
    package static func value(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
        varve_crc32c(seed, bytes.baseAddress, bytes.count)
    }

    /// The same checksum computed with a table, on any processor; a reference for tests.
    package static func portableValue(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
        varve_crc32c_portable(seed, bytes.baseAddress, bytes.count)
    }
}
