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
        guard let colon = ByteScan.first(0x3A, in: base, from: start, to: end), colon > start
        else { return .failure(fault(base, line)) }
        let known = KnownHeader.named(base + start, count: colon &- start)
        var unchecked = start
        if known == nil {
            // A known name is proof enough, but for control bytes; another one is looked at.
            unchecked = tokenEnd(base, line)
            guard unchecked == colon else { return .failure(fault(base, line)) }
        }
        let value = FieldText.trimmed(base, from: colon &+ 1, to: end)
        if let control = ByteScan.firstControl(in: base, from: unchecked, to: value.upperBound) {
            return .failure(control < colon ? .malformedHeader : .controlByte)
        }
        return .success(HeaderLine(known: known, value: value))
    }

    /// Where the token characters at the start of the line end.
    @inline(__always)
    private static func tokenEnd(_ base: UnsafeRawPointer, _ line: Range<Int>) -> Int {
        var index = line.lowerBound
        while index < line.upperBound,
            CharacterClass.token.contains(base.load(fromByteOffset: index, as: UInt8.self))
        {
            index &+= 1
        }
        return index
    }

    /// Says what is wrong with a line whose name does not end with a colon.
    private static func fault(_ base: UnsafeRawPointer, _ line: Range<Int>) -> HTTPError {
        let nameEnd = tokenEnd(base, line)
        guard nameEnd < line.upperBound else { return .malformedHeader }
        let isSpace = FieldText.isSpace(base.load(fromByteOffset: nameEnd, as: UInt8.self))
        if nameEnd == line.lowerBound { return isSpace ? .obsoleteFolding : .malformedHeader }
        return isSpace ? .spaceBeforeColon : .malformedHeader
    }
}
