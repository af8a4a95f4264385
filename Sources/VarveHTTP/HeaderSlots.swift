// Where the values of the known headers stand in the message head: fixed slots of offsets, no
// dictionary, no copies.

/// The positions of the known headers' values, relative to the first byte of the head.
///
/// A repeated header keeps the position of its first line; `isRepeated` tells that there are more,
/// and `HeaderFields` finds them.
package struct HeaderSlots: Sendable {
    /// Bit n: header n is there.
    private var present: UInt64 = 0
    /// Bit n: header n is there more than once.
    private var repeated: UInt64 = 0
    /// Offset in the low half, length in the high half.
    private var slots = InlineArray<64, UInt32>(repeating: 0)

    /// No header present.
    init() {}

    /// Forgets every header. The slots need no clearing: the bits say which ones count.
    @inline(__always)
    mutating func removeAll() {
        present = 0
        repeated = 0
    }

    /// Notes one header line. Offset and length are below 65,536 because the head is.
    @inline(__always)
    mutating func record(_ header: KnownHeader, offset: Int, count: Int) {
        let bit: UInt64 = 1 &<< UInt64(header.rawValue)
        if present & bit != 0 {
            repeated |= bit
            return
        }
        present |= bit
        slots[Int(header.rawValue)] =
            UInt32(truncatingIfNeeded: offset)
            | UInt32(truncatingIfNeeded: count) &<< 16
    }

    /// Whether the head has this header.
    @inline(__always)
    package func contains(_ header: KnownHeader) -> Bool {
        present & (1 &<< UInt64(header.rawValue)) != 0
    }

    /// Whether the head has more than one line of this header.
    @inline(__always)
    package func isRepeated(_ header: KnownHeader) -> Bool {
        repeated & (1 &<< UInt64(header.rawValue)) != 0
    }

    /// Where the value of the header's first line is, without surrounding white space; nil if the
    /// header is absent.
    @inline(__always)
    package func value(_ header: KnownHeader) -> Range<Int>? {
        guard contains(header) else { return nil }
        let slot = slots[Int(header.rawValue)]
        let offset = Int(slot & 0xFFFF)
        return offset..<(offset &+ Int(slot &>> 16))
    }
}
