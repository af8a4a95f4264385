// A growable queue of bytes: written at its end, read and consumed at its front. Responses are
// serialised into it and the connection sends from it. An empty buffer can own no memory at all, so
// an idle connection costs nothing here.

import VarveBytes

/// A queue of bytes in one contiguous piece of memory.
///
/// Not thread-safe: it belongs to one event loop. Offsets given to and by its methods count from
/// the first readable byte; they hold until bytes are consumed, also when the memory moves.
package final class OutputBuffer {
    /// The memory that a buffer takes when it first needs some, in bytes.
    private static let capacityMin = 512

    @exclusivity(unchecked) private var storage: UnsafeMutableRawPointer?
    @exclusivity(unchecked) private var readIndex = 0
    @exclusivity(unchecked) private var writeIndex = 0
    /// The bytes of memory held.
    @exclusivity(unchecked) package private(set) var capacity = 0

    /// An empty buffer with room for `capacity` bytes; with none it holds no memory.
    package init(capacity: Int = 0) {
        if capacity > 0 { _ = grow(by: capacity) }
    }

    deinit {
        storage?.deallocate()
    }

    /// The number of readable bytes.
    package var count: Int { writeIndex &- readIndex }
    /// Whether there is nothing to read.
    package var isEmpty: Bool { writeIndex == readIndex }

    /// The readable bytes, valid until the next call that writes, consumes or releases.
    package var readable: UnsafeRawBufferPointer {
        guard let storage else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: storage + readIndex, count: count)
    }

    /// Makes room for `size` more bytes and returns where they begin; they become readable by
    /// `advance(by:)`. Amortised constant time per byte.
    @inline(__always)
    package func reserve(_ size: Int) -> UnsafeMutableRawPointer {
        if let storage, size <= capacity &- writeIndex { return storage + writeIndex }
        return grow(by: size) + writeIndex
    }

    /// Makes `size` bytes readable that were written to the memory `reserve` returned.
    @inline(__always)
    package func advance(by size: Int) {
        precondition(size >= 0 && size <= capacity &- writeIndex)
        writeIndex &+= size
    }

    /// Drops `size` bytes from the front.
    package func consume(_ size: Int) {
        precondition(size >= 0 && size <= count)
        readIndex &+= size
        if readIndex == writeIndex {
            readIndex = 0
            writeIndex = 0
        }
    }

    /// Drops the bytes behind the first `size`.
    package func truncate(to size: Int) {
        precondition(size >= 0 && size <= count)
        writeIndex = readIndex &+ size
    }

    /// Drops everything and, if more than `keeping` bytes of memory are held, gives them back.
    package func removeAll(keepingCapacityUpTo keeping: Int = 0) {
        readIndex = 0
        writeIndex = 0
        guard capacity > keeping else { return }
        storage?.deallocate()
        storage = nil
        capacity = 0
    }

    /// Appends a copy of `bytes`.
    @inline(__always)
    package func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
        writeIndex &+= bytes.count
    }

    /// Appends the bytes of a literal.
    @inline(__always)
    package func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of `text`.
    package func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends one byte.
    @inline(__always)
    package func append(byte: UInt8) {
        reserve(1).storeBytes(of: byte, as: UInt8.self)
        writeIndex &+= 1
    }

    /// Appends `number` in decimal digits.
    package func append(decimal number: UInt64) {
        writeIndex &+= DecimalDigits.write(number, to: reserve(DecimalDigits.countMax))
    }

    /// Appends `number` in exactly 16 lower-case hexadecimal digits.
    package func append(hexadecimal number: UInt64) {
        Hex.write16(number, to: reserve(16))
        writeIndex &+= 16
    }

    /// Gives the memory of `size` readable bytes at `offset`, to be overwritten in place.
    package func patchable(at offset: Int, count size: Int) -> UnsafeMutableRawBufferPointer {
        precondition(offset >= 0 && size >= 0 && offset <= count && size <= count &- offset)
        guard let storage else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: storage + readIndex + offset, count: size)
    }

    /// Moves the readable bytes to the front, or to larger memory, so that `size` more fit; the
    /// memory.
    private func grow(by size: Int) -> UnsafeMutableRawPointer {
        precondition(size >= 0)
        let kept = count
        let needed = kept + size
        defer {
            readIndex = 0
            writeIndex = kept
        }
        if let storage, needed <= capacity / 2 {
            storage.copyMemory(from: storage + readIndex, byteCount: kept)
            return storage
        }
        let larger = max(Self.capacityMin, needed, capacity * 2)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        if let storage {
            memory.copyMemory(from: storage + readIndex, byteCount: kept)
            storage.deallocate()
        }
        storage = memory
        capacity = larger
        return memory
    }
}
