import VarvePlatform

/// A backend in memory: everything is gone with it.
///
/// Bytes live in blocks of 64 KiB, so that growing never moves them. Readers share a lock.
//
// @unchecked Sendable: `blocks` and `count` are read under `lock` shared and changed under it
// alone.
public final class MemoryBackend: StorageBackend, ImmediateReader, @unchecked Sendable {
    private static let blockBytes = 64 << 10

    /// The name, for messages.
    private let name: String
    private let lock = ReadWriteLock()
    private var blocks: [UnsafeMutableRawPointer] = []
    private var count = 0

    /// An empty store that calls itself `name` in messages.
    public init(name: String = "memory") {
        self.name = name
    }

    deinit {
        for block in blocks { block.deallocate() }
    }

    public var size: UInt64 {
        lock.read { UInt64(count) }
    }

    public func read(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) {
        try lock.read { () throws(StorageError) in
            let size = UInt64(count)
            guard offset <= size, UInt64(buffer.count) <= size - offset else {
                throw .readPastEnd(
                    path: name, offset: offset, count: buffer.count, size: size)
            }
            var done = 0
            while done < buffer.count {
                let piece = self.piece(at: Int(offset) + done, atMost: buffer.count - done)
                UnsafeMutableRawBufferPointer(rebasing: buffer[done...]).copyMemory(
                    from: UnsafeRawBufferPointer(piece))
                done += piece.count
            }
        }
    }

    /// Memory never waits for a disk: always true.
    public func readImmediately(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Bool {
        try read(at: offset, into: buffer)
        return true
    }

    public func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> UInt64 {
        lock.write {
            let offset = count
            store(bytes, at: offset)
            return UInt64(offset)
        }
    }

    public func write(
        _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, at offset: UInt64
    ) throws(StorageError) {
        try lock.write { () throws(StorageError) in
            guard offset <= UInt64(count) else {
                throw .writePastEnd(path: name, offset: offset, size: UInt64(count))
            }
            var position = Int(offset)
            for vector in vectors {
                store(vector, at: position)
                position += vector.count
            }
        }
    }

    /// Does nothing: memory does not outlive its process.
    public func flush() throws(StorageError) {}

    /// Does nothing: memory does not outlive its process.
    public func sync() throws(StorageError) {}

    public func truncate(to size: UInt64) throws(StorageError) {
        try lock.write { () throws(StorageError) in
            guard size <= UInt64(count) else {
                throw .truncatePastEnd(path: name, requested: size, size: UInt64(count))
            }
            count = Int(size)
            let kept = (count + Self.blockBytes - 1) / Self.blockBytes
            for block in blocks[kept...] { block.deallocate() }
            blocks.removeSubrange(kept...)
        }
    }

    /// Traps unless there are exactly as many blocks as the bytes need; for tests.
    package func checkInvariants() {
        lock.read {
            let needed = (count + Self.blockBytes - 1) / Self.blockBytes
            precondition(blocks.count == needed, "blocks are made and freed with the bytes")
        }
    }

    /// Stores bytes at a position up to the end, with the lock held alone.
    private func store(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        while blocks.count * Self.blockBytes < position + bytes.count {
            blocks.append(.allocate(byteCount: Self.blockBytes, alignment: 16))
        }
        var done = 0
        while done < bytes.count {
            let piece = self.piece(at: position + done, atMost: bytes.count - done)
            piece.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[done..<done + piece.count]))
            done += piece.count
        }
        count = max(count, position + bytes.count)
    }

    /// The bytes at `position` as far as they are in one block.
    private func piece(at position: Int, atMost limit: Int) -> UnsafeMutableRawBufferPointer {
        let start = position % Self.blockBytes
        return UnsafeMutableRawBufferPointer(
            start: blocks[position / Self.blockBytes] + start,
            count: min(limit, Self.blockBytes - start))
    }
}
