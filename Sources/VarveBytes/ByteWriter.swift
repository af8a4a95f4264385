import CVarve

/// A growing run of bytes that is written from front to back.
///
/// Grows by doubling with realloc; `clear` keeps the memory for the next use.
@usableFromInline
package struct ByteWriter: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer?
    /// How many bytes were written.
    @usableFromInline package internal(set) var count = 0
    /// How many bytes fit before the memory grows.
    @usableFromInline package internal(set) var capacity = 0

    /// An empty writer with room for `capacity` bytes.
    @inlinable
    package init(capacity: Int = 0) {
        reserve(capacity)
    }

    deinit {
        varve_release(base)
    }

    /// The bytes written so far; valid until the next write.
    @inlinable
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: count)
    }

    /// Forgets the bytes and keeps the memory.
    @inlinable
    package mutating func clear() {
        count = 0
    }

    /// Forgets the bytes from `count` on.
    @inlinable
    package mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count, "a writer only shrinks")
        self.count = count
    }

    /// Appends an integer as little-endian.
    @inlinable
    package mutating func append<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        extend(by: MemoryLayout<T>.size).storeLittleEndian(value)
    }

    /// Appends a run of bytes.
    @inlinable
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        extend(by: bytes.count).copyMemory(from: source, byteCount: bytes.count)
    }

    /// Appends the bytes of an ASCII literal.
    @inlinable
    package mutating func append(_ literal: StaticString) {
        append(UnsafeRawBufferPointer(literal))
    }

    /// Appends the UTF-8 bytes of a string.
    @inlinable
    package mutating func append(_ string: String) {
        var string = string
        string.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends the 32 bytes of a digest.
    @inlinable
    package mutating func append(_ digest: SHA256Digest) {
        digest.store(to: extend(by: SHA256Digest.byteCount))
    }

    /// Appends a variable-length integer.
    @inlinable
    package mutating func appendVarint(_ value: UInt64) {
        reserve(Varint.byteCountMax)
        count += Varint.encode(value, to: extendReserved())
    }

    /// Makes the run `size` bytes longer and returns where the new bytes begin; the caller fills
    /// them in before anything else is done with the writer.
    @inlinable
    package mutating func extend(by size: Int) -> UnsafeMutableRawPointer {
        precondition(size >= 0, "a writer grows by a positive number of bytes")
        reserve(size)
        let start = extendReserved()
        count += size
        return start
    }

    /// Overwrites an integer written earlier, at `offset` bytes from the front.
    @inlinable
    package mutating func overwrite<T: FixedWidthInteger & BitwiseCopyable>(
        _ value: T, at offset: Int
    ) {
        precondition(
            offset >= 0 && offset + MemoryLayout<T>.size <= count, "only written bytes change")
        base?.storeLittleEndian(value, at: offset)
    }

    /// Makes room for `size` more bytes.
    @inlinable
    package mutating func reserve(_ size: Int) {
        if count + size > capacity { grow(to: count + size) }
    }

    @usableFromInline
    mutating func grow(to needed: Int) {
        capacity = max(needed, capacity * 2, 64)
        base = varve_resize(base, capacity)
    }

    /// Where the next byte goes, once there is room for it.
    @inlinable
    func extendReserved() -> UnsafeMutableRawPointer {
        guard let base else { preconditionFailure("a writer extends only after it reserved") }
        return base + count
    }
}
