import CLZ4
import CZstd
import VarveBytes

/// Makes chunks of a run smaller; keeps what the library needs between uses.
///
/// Thread rule: one thread at a time.
final class ChunkEncoder {
    private var context: OpaquePointer?
    private let target = UnsafeMutableRawBufferPointer.allocate(
        byteCount: SegmentFormat.chunkBytesMax, alignment: 16)

    private static let zstdLevel: CInt = 1

    /// Ready for the first chunk.
    init() {}

    deinit {
        ZSTD_freeCCtx(context)
        target.deallocate()
    }

    /// The chunk made smaller, valid until the next call; nil when it would not be.
    func encode(_ chunk: UnsafeRawBufferPointer, as encoding: RunEncoding)
        -> UnsafeRawBufferPointer?
    {
        precondition(chunk.count <= SegmentFormat.chunkBytesMax, "a chunk has its limit")
        // Only a smaller result is of use: with less room the libraries refuse larger ones.
        let room = chunk.count - 1
        guard room > 0, let source = chunk.baseAddress else { return nil }
        let count: Int
        switch encoding {
        case .none: return nil
        case .zstd:
            if context == nil { context = ZSTD_createCCtx() }
            let written = ZSTD_compressCCtx(
                context, target.baseAddress, room, source, chunk.count, Self.zstdLevel)
            count = ZSTD_isError(written) == 0 ? written : 0
        case .lz4:
            count = Int(
                LZ4_compress_default(
                    source.assumingMemoryBound(to: CChar.self),
                    target.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(chunk.count),
                    CInt(room)))
        }
        return count > 0 ? UnsafeRawBufferPointer(rebasing: target[..<count]) : nil
    }
}
