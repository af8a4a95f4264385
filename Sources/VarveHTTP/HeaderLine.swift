// One header line (RFC 9112, section 5): name, colon, value. Strict: every line a lenient reader
// would mend is refused, because two readers that mend differently can be played off against each
// other.

/// One accepted header line.
struct HeaderLine {
    /// The header, if it is one with a slot.
    let known: KnownHeader?
    /// Where the value is, trimmed.
    let value: Range<Int>

    /// Reads the line at `line`, which is not empty and comes without its CR LF.
    @inline(__always)
    static func parse(
        _ base: UnsafeRawPointer, _ line: Range<Int>
    ) -> Result<HeaderLine, HTTPError> {
        let start = line.lowerBound
        let end = line.upperBound
        var index = start
        while index < end,
            CharacterClass.token.contains(base.load(fromByteOffset: index, as: UInt8.self))
        {
            index &+= 1
        }
        guard index > start, index < end, base.load(fromByteOffset: index, as: UInt8.self) == 0x3A
        else { return .failure(fault(base, from: start, nameEnd: index, to: end)) }
        let value = FieldText.trimmed(base, from: index &+ 1, to: end)
        guard ByteScan.firstControl(in: base, from: value.lowerBound, to: value.upperBound) == nil
        else { return .failure(.controlByte) }
        return .success(
            HeaderLine(known: KnownHeader.named(base + start, count: index &- start), value: value))
    }

    /// Says what is wrong with a line whose name does not end with a colon.
    private static func fault(
        _ base: UnsafeRawPointer, from start: Int, nameEnd: Int, to end: Int
    ) -> HTTPError {
        guard nameEnd < end else { return .malformedHeader }
        let isSpace = FieldText.isSpace(base.load(fromByteOffset: nameEnd, as: UInt8.self))
        if nameEnd == start { return isSpace ? .obsoleteFolding : .malformedHeader }
        return isSpace ? .spaceBeforeColon : .malformedHeader
    }
}
