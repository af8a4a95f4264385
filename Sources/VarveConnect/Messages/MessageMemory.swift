import CProtobufC

/// The memory of one message and all that is in it: given out piece by piece, taken back at once.
///
/// protobuf-c asks for memory once for each part of a message; here that costs an addition. A
/// message that would take more than the limit is refused.
/// Thread rule: one thread at a time.
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
    /// Whether memory was refused because of the limit.
    private(set) var isExhausted = false

    /// No memory yet; at most `limitBytes` can be had.
    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// `count` bytes, aligned for any field, not cleared; valid as long as this object.
    func take(_ count: Int) throws(MessageFault) -> UnsafeMutableRawPointer {
        guard let pointer = tryTake(count) else { throw .tooLarge(limitBytes: limitBytes) }
        return pointer
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

    /// Calls `body` with an allocator of protobuf-c that takes from this memory.
    func withAllocator<Result>(
        _ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> Result
    ) -> Result {
        var allocator = ProtobufCAllocator(
            alloc: { owner, count in
                guard let owner else { return nil }
                return Unmanaged<MessageMemory>.fromOpaque(owner)
                    ._withUnsafeGuaranteedRef { $0.tryTake(count) }
            },
            free: { _, _ in },
            allocator_data: Unmanaged.passUnretained(self).toOpaque())
        return withUnsafeMutablePointer(to: &allocator, body)
    }

    private func tryTake(_ count: Int) -> UnsafeMutableRawPointer? {
        guard count >= 0, count <= limitBytes - usedBytes else {
            isExhausted = true
            return nil
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
