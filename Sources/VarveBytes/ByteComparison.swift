import CVarve

extension UnsafeRawBufferPointer {
    /// True when both runs have the same bytes.
    @usableFromInline
    package func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        count == other.count && varve_compare(baseAddress, other.baseAddress, count) == 0
    }

    /// True when the bytes are those of an ASCII literal.
    @inlinable
    package func equals(_ literal: StaticString) -> Bool {
        equals(UnsafeRawBufferPointer(literal))
    }

    /// True when both runs are equal after mapping `A`...`Z` to `a`...`z`; other bytes are exact.
    @inlinable
    package func equalsIgnoringCase(_ other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count
        where Self.lowercased(self[index]) != Self.lowercased(other[index]) {
            return false
        }
        return true
    }

    /// True when the bytes are those of an ASCII literal, upper and lower case being the same.
    @inlinable
    package func equalsIgnoringCase(_ literal: StaticString) -> Bool {
        equalsIgnoringCase(UnsafeRawBufferPointer(literal))
    }

    /// True when this run sorts before `other`, byte by byte, a prefix first.
    @usableFromInline
    package func sortsBefore(_ other: UnsafeRawBufferPointer) -> Bool {
        let order = varve_compare(baseAddress, other.baseAddress, Swift.min(count, other.count))
        return order != 0 ? order < 0 : count < other.count
    }

    /// The index of the first `byte`, or nil.
    @usableFromInline
    package func firstIndex(ofByte byte: UInt8) -> Int? {
        let index = varve_find_byte(baseAddress, count, byte)
        return index < 0 ? nil : index
    }

    /// The bytes of a literal, which must not be a single Unicode scalar stored by value.
    @inlinable
    package init(_ literal: StaticString) {
        self.init(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// `byte` with `A`...`Z` mapped to `a`...`z`.
    @inlinable
    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
