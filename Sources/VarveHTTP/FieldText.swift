// Small readings of header values: white space, lists of tokens.

/// Readings of field values (RFC 9110, section 5.6).
enum FieldText {
    /// The range without spaces and tabs at its ends.
    @inline(__always)
    static func trimmed(_ base: UnsafeRawPointer, from: Int, to: Int) -> Range<Int> {
        var start = from
        var end = to
        while start < end, isSpace(base.load(fromByteOffset: start, as: UInt8.self)) { start &+= 1 }
        while start < end, isSpace(base.load(fromByteOffset: end &- 1, as: UInt8.self)) {
            end &-= 1
        }
        return start..<end
    }

    /// Whether `byte` is optional white space: a space or a tab.
    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Calls `body` with the range of every element of a comma-separated list, trimmed; empty
    /// elements are skipped (RFC 9110, section 5.6.1.2).
    @inline(__always)
    static func forEachElement(
        _ base: UnsafeRawPointer, _ range: Range<Int>, _ body: (Range<Int>) -> Void
    ) {
        var start = range.lowerBound
        while start < range.upperBound {
            let comma = ByteScan.first(0x2C, in: base, from: start, to: range.upperBound)
            let element = trimmed(base, from: start, to: comma ?? range.upperBound)
            if !element.isEmpty { body(element) }
            start = (comma ?? range.upperBound) &+ 1
        }
    }
}
