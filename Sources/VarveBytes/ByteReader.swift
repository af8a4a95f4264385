/// Reads an encoding from front to back and never past its end.
///
/// The memory belongs to the caller and must outlive the reader and everything it returns.
@usableFromInline
package struct ByteReader {
    /// All bytes of the input.
    @usableFromInline package let bytes: UnsafeRawBufferPointer
    /// The index of the next byte.
    @inlinable package var position: Int { next }
    @usableFromInline var next = 0

    /// A reader at the first byte of `bytes`.
    @inlinable
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// How many bytes are left.
    @inlinable
    package var remaining: Int { bytes.count - position }

    /// True when every byte was read.
    @inlinable
    package var isAtEnd: Bool { position == bytes.count }

    /// The next little-endian integer.
    @inlinable
    package mutating func read<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type = T.self
    ) throws(TruncatedInput) -> T {
        let size = MemoryLayout<T>.size
        try require(size)
        let value = T(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
        next += size
        return value
    }

    /// The next `count` bytes, as a view into the input.
    @inlinable
    package mutating func read(count: Int) throws(TruncatedInput) -> UnsafeRawBufferPointer {
        try require(count)
        let view = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
        next += count
        return view
    }

    /// The next 32 bytes as a digest.
    @inlinable
    package mutating func readDigest() throws(TruncatedInput) -> SHA256Digest {
        var digest = SHA256Digest()
        let view = try read(count: SHA256Digest.byteCount)
        digest.withUnsafeMutableBytes { $0.copyMemory(from: view) }
        return digest
    }

    /// The next variable-length integer; an overlong or overflowing one is an error.
    @inlinable
    package mutating func readVarint() throws(TruncatedInput) -> UInt64 {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        guard let (value, count) = Varint.decode(rest) else {
            throw TruncatedInput(position: position, expected: 0, available: remaining)
        }
        next += count
        return value
    }

    /// Passes over `count` bytes.
    @inlinable
    package mutating func skip(_ count: Int) throws(TruncatedInput) {
        try require(count)
        next += count
    }

    @inlinable
    func require(_ count: Int) throws(TruncatedInput) {
        guard count >= 0, count <= remaining else {
            throw TruncatedInput(position: position, expected: count, available: remaining)
        }
    }
}
