import CLZ4
import CZstd

/// Brings chunks of a run back to what they were, whatever their bytes are.
enum ChunkDecoder {
    /// Fills `target` from a stored chunk; false when the chunk is not exactly `target` made
    /// smaller. Nothing is allocated for what the bytes claim.
    static func decode(
        _ stored: UnsafeRawBufferPointer, as encoding: RunEncoding,
        into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard stored.count > 0, let source = stored.baseAddress else { return target.isEmpty }
        switch encoding {
        case .none:
            return false
        case .zstd:
            let count = ZSTD_decompress(target.baseAddress, target.count, source, stored.count)
            return ZSTD_isError(count) == 0 && count == target.count
        case .lz4:
            let count = LZ4_decompress_safe(
                source.assumingMemoryBound(to: CChar.self),
                target.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(stored.count),
                CInt(target.count))
            return count >= 0 && Int(count) == target.count
        }
    }
}
