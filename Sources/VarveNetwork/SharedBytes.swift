// One encoding of an event for many readers: the bytes with their chunk framing around them, so
// that readers with and without chunks are sent from the same memory.

/// Immutable bytes that many streams send.
package final class SharedBytes: Sendable {
    /// Eight hexadecimal digits and CR LF.
    private static let prefixCount = 10
    private static let suffixCount = 2

    /// No bytes; writing them does nothing.
    package static let empty = SharedBytes(
        copying: UnsafeRawBufferPointer(start: nil, count: 0))

    // The memory is written in init only and freed in deinit only, so sharing it is safe.
    nonisolated(unsafe) private let memory: UnsafeMutableRawPointer
    /// The number of bytes without framing.
    package let count: Int

    /// A copy of `bytes`; at most 4 GiB - 1.
    package init(copying bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= Int(UInt32.max), "a chunk has at most eight size digits")
        count = bytes.count
        memory = .allocate(
            byteCount: Self.prefixCount + bytes.count + Self.suffixCount, alignment: 16)
        var rest = UInt32(truncatingIfNeeded: bytes.count)
        for index in (0..<8).reversed() {
            let digit = UInt8(rest & 0xF)
            memory.storeBytes(
                of: digit < 10 ? 0x30 + digit : 0x57 + digit, toByteOffset: index, as: UInt8.self)
            rest >>= 4
        }
        let lineEnd = UInt16(littleEndian: 0x0A0D)
        memory.storeBytes(of: lineEnd, toByteOffset: 8, as: UInt16.self)
        if let source = bytes.baseAddress {
            (memory + Self.prefixCount).copyMemory(from: source, byteCount: bytes.count)
        }
        memory.storeBytes(
            of: lineEnd, toByteOffset: Self.prefixCount + bytes.count, as: UInt16.self)
    }

    deinit {
        memory.deallocate()
    }

    /// The bytes; valid as long as the object.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory + Self.prefixCount, count: count)
    }

    /// The bytes as one chunk of a chunked body; valid as long as the object.
    var chunk: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: memory, count: Self.prefixCount + count + Self.suffixCount)
    }
}
