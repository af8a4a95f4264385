import CZstd

/// Zstandard by libzstd.
enum ZstdCoding {
    /// Fast: messages are compressed while their client waits.
    private static let level: Int32 = 1
    /// 8 MiB, what RFC 8878 asks every decoder to support: a frame may not ask for more memory.
    private static let windowLogMax: Int32 = 23

    /// Compresses `bytes` behind `room` bytes; nil when libzstd fails.
    static func compress(_ bytes: UnsafeRawBufferPointer, room: Int) -> [UInt8]? {
        let bound = ZSTD_compressBound(bytes.count)
        guard ZSTD_isError(bound) == 0 else { return nil }
        var output = [UInt8](repeating: 0, count: room + bound)
        let count = output.withUnsafeMutableBytes { output in
            ZSTD_compress(
                output.baseAddress.map { $0 + room }, bound, bytes.baseAddress, bytes.count, level)
        }
        guard ZSTD_isError(count) == 0 else { return nil }
        output.removeLast(bound - count)
        return output
    }

    /// Decompresses all of `bytes`, which may be several frames one behind the other.
    static func decompress(
        _ bytes: UnsafeRawBufferPointer, limit: Int
    ) throws(CodingFault) -> [UInt8] {
        guard let context = ZSTD_createDCtx() else { throw .malformed }
        defer { ZSTD_freeDCtx(context) }
        guard
            ZSTD_isError(
                ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLogMax)) == 0
        else { throw .malformed }
        var output = CodingOutput(inputBytes: bytes.count, limit: limit)
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        // Nothing is what a frame makes of nothing, not nothing itself.
        var isFrameOpen = true
        while input.pos < input.size || isFrameOpen {
            try output.makeRoom()
            let before = (input.pos, output.count)
            let start = output.count
            var end = start
            let rest = output.bytes.withUnsafeMutableBytes { buffer in
                var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: start)
                let rest = ZSTD_decompressStream(context, &target, &input)
                end = target.pos
                return rest
            }
            output.count = end
            guard ZSTD_isError(rest) == 0 else { throw .malformed }
            isFrameOpen = rest != 0
            // It takes nothing and gives nothing: the frame goes on behind the end.
            if isFrameOpen && before == (input.pos, output.count) { throw .malformed }
        }
        return try output.finished()
    }
}
