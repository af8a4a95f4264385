import CZlib

/// gzip by zlib.
enum GzipCoding {
    /// The largest window, and the gzip format instead of zlib's own.
    private static let windowBits: Int32 = 15 + 16
    /// Fast: messages are compressed while their client waits.
    private static let level: Int32 = 1
    private static let memoryLevel: Int32 = 8

    /// Compresses `bytes` behind `room` bytes; nil when zlib fails.
    static func compress(_ bytes: UnsafeRawBufferPointer, room: Int) -> [UInt8]? {
        guard bytes.count <= Int(UInt32.max) else { return nil }
        // zlib keeps the address of its stream, which so must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        stream.initialize(to: z_stream())
        guard
            deflateInit2_(
                stream, level, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY,
                ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(stream) }
        let bound = Int(clamping: deflateBound(stream, UInt(bytes.count)))
        var output = [UInt8](repeating: 0, count: room + bound)
        let isDone = output.withUnsafeMutableBufferPointer { output in
            guard let base = output.baseAddress else { return false }
            stream.pointee.next_in = input(bytes)
            stream.pointee.avail_in = UInt32(bytes.count)
            stream.pointee.next_out = base + room
            stream.pointee.avail_out = UInt32(clamping: bound)
            return deflate(stream, Z_FINISH) == Z_STREAM_END
        }
        guard isDone else { return nil }
        output.removeLast(output.count - room - Int(clamping: stream.pointee.total_out))
        return output
    }

    /// Decompresses all of `bytes`, which may be several runs one behind the other.
    static func decompress(
        _ bytes: UnsafeRawBufferPointer, limit: Int
    ) throws(CodingFault) -> [UInt8] {
        guard bytes.count <= Int(UInt32.max) else { throw .tooLarge(limit: limit) }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        stream.initialize(to: z_stream())
        guard
            inflateInit2_(
                stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .malformed }
        defer { inflateEnd(stream) }
        var output = CodingOutput(inputBytes: bytes.count, limit: limit)
        stream.pointee.next_in = input(bytes)
        stream.pointee.avail_in = UInt32(bytes.count)
        while true {
            try output.makeRoom()
            switch step(stream, &output) {
            case Z_OK: continue
            case Z_STREAM_END:
                if stream.pointee.avail_in == 0 { return try output.finished() }
                guard inflateReset(stream) == Z_OK else { throw .malformed }
            default: throw .malformed
            }
        }
    }

    /// Decompresses into the room that there is.
    private static func step(
        _ stream: UnsafeMutablePointer<z_stream>, _ output: inout CodingOutput
    ) -> Int32 {
        let start = output.count
        let result = output.bytes.withUnsafeMutableBufferPointer { buffer -> Int32 in
            guard let base = buffer.baseAddress else { return Z_DATA_ERROR }
            stream.pointee.next_out = base + start
            stream.pointee.avail_out = UInt32(clamping: buffer.count - start)
            return inflate(stream, Z_NO_FLUSH)
        }
        output.count = output.bytes.count - Int(stream.pointee.avail_out)
        return result
    }

    private static func input(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
        // zlib declares its input writable and does not write to it.
        UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: UInt8.self)
    }
}
