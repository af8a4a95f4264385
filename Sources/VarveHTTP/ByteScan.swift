// Word-at-a-time scans over raw bytes: the inner loops of the head parser, the response writer
// and the event-stream encoder. Eight bytes are looked at together; a tail of fewer than eight is
// looked at byte by byte. Nothing outside the given range is read.

/// Scans of raw memory for the bytes that end, split or forbid text.
///
/// Every function reads only `base + from ..< base + to`; the caller guarantees that this range
/// is readable and that `from <= to`.
enum ByteScan {
    private static let lowBits: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Marks, by its high bit, the first zero byte of `word`; bytes behind it may be marked
    /// wrongly.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- lowBits) & ~word & highBits
    }

    /// The word at `offset`, its first byte in the lowest bits whatever the machine's byte order.
    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The index of the first byte equal to `byte`, or nil if there is none.
    @inline(__always)
    static func first(
        _ byte: UInt8, in base: UnsafeRawPointer, from: Int, to end: Int
    ) -> Int? {
        let pattern = lowBits &* UInt64(byte)
        var index = from
        while end &- index >= 8 {
            let found = zeroBytes(word(base, index) ^ pattern)
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < end {
            if base.load(fromByteOffset: index, as: UInt8.self) == byte { return index }
            index &+= 1
        }
        return nil
    }

    /// The index of the first carriage return or line feed, or `end` if there is none.
    static func firstLineBreak(in base: UnsafeRawPointer, from: Int, to end: Int) -> Int {
        let returns = lowBits &* 0x0D
        let feeds = lowBits &* 0x0A
        var index = from
        while end &- index >= 8 {
            let bytes = word(base, index)
            let found = zeroBytes(bytes ^ returns) | zeroBytes(bytes ^ feeds)
            if found != 0 { break }
            index &+= 8
        }
        while index < end {
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            if byte == 0x0D || byte == 0x0A { return index }
            index &+= 1
        }
        return end
    }

    /// The index of the first control byte (below 0x20, or 0x7F) other than a tab, or nil.
    @inline(__always)
    static func firstControl(in base: UnsafeRawPointer, from: Int, to end: Int) -> Int? {
        let spaces = lowBits &* 0x20
        let deletes = lowBits &* 0x7F
        var index = from
        while index < end {
            while end &- index >= 8 {
                let bytes = word(base, index)
                let low = (bytes &- spaces) & ~bytes & highBits
                if low | zeroBytes(bytes ^ deletes) != 0 { break }
                index &+= 8
            }
            let stop = min(end, index &+ 8)
            while index < stop {
                let byte = base.load(fromByteOffset: index, as: UInt8.self)
                if byte < 0x20 ? byte != 0x09 : byte == 0x7F { return index }
                index &+= 1
            }
        }
        return nil
    }

    /// Whether every byte is a visible ASCII character (0x21 to 0x7E).
    @inline(__always)
    static func isVisible(_ base: UnsafeRawPointer, from: Int, to end: Int) -> Bool {
        let firsts = lowBits &* 0x21
        let deletes = lowBits &* 0x7F
        var index = from
        while end &- index >= 8 {
            let bytes = word(base, index)
            let low = (bytes &- firsts) & ~bytes
            if (low | zeroBytes(bytes ^ deletes) | bytes) & highBits != 0 { return false }
            index &+= 8
        }
        while index < end {
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            if byte < 0x21 || byte > 0x7E { return false }
            index &+= 1
        }
        return true
    }
}
