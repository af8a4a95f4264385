import CProtobufC

/// The memory of one message and all that is in it: given out piece by piece, taken back at once.
///
/// Each part of a message asks for memory; here that costs an addition. A message that would take
/// more than the limit is refused. Thread rule: one thread at a time.
final class MessageMemory {
    private static let alignment = 16
    private static let firstChunkBytes = 4 << 10
    private static let chunkBytesMax = 1 << 20

    private let limitBytes: Int
    private var usedBytes = 0
    private var chunks: [UnsafeMutableRawPointer] = []
    private var nextChunkBytes = firstChunkBytes
    private var free: UnsafeMutableRawPointer?
    private var freeBytes = 0

    /// No memory yet; at most `limitBytes` can be had.
    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// `count` bytes, aligned for any field, not cleared; valid as long as this object.
    func take(_ count: Int) throws(MessageFault) -> UnsafeMutableRawPointer {
        guard count >= 0, count <= limitBytes - usedBytes else {
            throw .tooLarge(limitBytes: limitBytes)
        }
        let rounded = (count &+ (Self.alignment - 1)) & ~(Self.alignment - 1)
        usedBytes &+= count
        if rounded <= freeBytes, let pointer = free {
            free = pointer + rounded
            freeBytes &-= rounded
            return pointer
        }
        return takeFromNewChunk(max(rounded, Self.alignment))
    }

    /// Copies bytes, or text, and stores their place and length at `place`.
    func store(
        _ bytes: UnsafeRawBufferPointer, at place: UnsafeMutableRawPointer
    ) throws(MessageFault) {
        let copy = try take(bytes.count)
        if let source = bytes.baseAddress {
            copy.copyMemory(from: source, byteCount: bytes.count)
        }
        let data = ProtobufCBinaryData(
            len: bytes.count, data: copy.assumingMemoryBound(to: UInt8.self))
        place.storeBytes(of: data, as: ProtobufCBinaryData.self)
    }

    /// Stores the place and length of bytes, or text, at `place`, without a copy of them.
    static func refer(to bytes: UnsafeRawBufferPointer, at place: UnsafeMutableRawPointer) {
        // protobuf-c writes messages and never writes into them.
        let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        let data = ProtobufCBinaryData(
            len: bytes.count, data: start?.assumingMemoryBound(to: UInt8.self))
        place.storeBytes(of: data, as: ProtobufCBinaryData.self)
    }

    private func takeFromNewChunk(_ count: Int) -> UnsafeMutableRawPointer {
        // What is large gets a chunk for itself, and the current one goes on serving the small.
        if count > nextChunkBytes / 2 {
            let chunk = UnsafeMutableRawPointer.allocate(
                byteCount: count, alignment: Self.alignment)
            chunks.append(chunk)
            return chunk
        }
        let chunk = UnsafeMutableRawPointer.allocate(
            byteCount: nextChunkBytes, alignment: Self.alignment)
        chunks.append(chunk)
        free = chunk + count
        freeBytes = nextChunkBytes - count
        nextChunkBytes = min(nextChunkBytes * 2, Self.chunkBytesMax)
        return chunk
    }
}
