/// What patterns in the field say differently from RE2.
///
/// Clients of this wire write for an engine whose characters are those of Unicode unless a flag `u`
/// is switched off, as in `(?s-u)^.{8}$`. Here every byte is a character anyway, so the flag is
/// taken out of the groups that set or clear flags. Named groups may also be written `(?<name>…)`.
/// Everything else goes to RE2 as it is, which refuses what it does not know.
enum PatternDialect {
    /// The same pattern for RE2. Linear.
    static func translate(_ source: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(source.count + 8)
        var index = 0
        while index < source.count {
            let end: Int
            switch source[index] {
            case backslash:
                end = escapeEnd(source, index)
            case UInt8(ascii: "["):
                end = classEnd(source, index)
            case UInt8(ascii: "("):
                if let (flags, after) = flagGroup(source, index) {
                    result += flags
                    index = after
                    continue
                }
                end = index + 1
                if isNamedGroup(source, index) {
                    result += Array("(?P<".utf8)
                    index += 3
                    continue
                }
            default:
                end = index + 1
            }
            result += source[index..<end]
            index = end
        }
        return result
    }

    private static let backslash = UInt8(ascii: "\\")

    /// True when `bytes` stand at `index`.
    private static func stands(_ bytes: StaticString, at index: Int, in source: [UInt8]) -> Bool {
        let count = bytes.utf8CodeUnitCount
        guard source.count - index >= count else { return false }
        return (0..<count).allSatisfy { source[index + $0] == bytes.utf8Start[$0] }
    }

    /// Behind the escape at `index`; a quotation `\Q…\E` is one escape.
    private static func escapeEnd(_ source: [UInt8], _ index: Int) -> Int {
        guard stands("\\Q", at: index, in: source) else { return min(index + 2, source.count) }
        var end = index + 2
        while end < source.count {
            if stands("\\E", at: end, in: source) { return end + 2 }
            end += 1
        }
        return end
    }

    /// Behind the class of characters at `index`; the end where it is not closed.
    private static func classEnd(_ source: [UInt8], _ index: Int) -> Int {
        var end = index + 1
        if end < source.count, source[end] == UInt8(ascii: "^") { end += 1 }
        // A bracket in the first place is a member.
        if end < source.count, source[end] == UInt8(ascii: "]") { end += 1 }
        while end < source.count {
            if source[end] == UInt8(ascii: "]") { return end + 1 }
            if stands("[:", at: end, in: source) {
                end = posixClassEnd(source, end)
            } else {
                end = source[end] == backslash ? min(end + 2, source.count) : end + 1
            }
        }
        return end
    }

    /// Behind a name such as `[:alpha:]` inside a class; behind its bracket where it is none.
    private static func posixClassEnd(_ source: [UInt8], _ index: Int) -> Int {
        var end = index + 2
        while end < source.count, source[end] != UInt8(ascii: "]"), source[end] != backslash {
            if stands(":]", at: end, in: source) { return end + 2 }
            end += 1
        }
        return index + 1
    }

    /// True when `(?<` at `index` begins a named group.
    private static func isNamedGroup(_ source: [UInt8], _ index: Int) -> Bool {
        guard stands("(?<", at: index, in: source), index + 3 < source.count else { return false }
        return source[index + 3] != UInt8(ascii: "=") && source[index + 3] != UInt8(ascii: "!")
    }

    /// What stands for the group `(?flags)` or `(?flags:` at `index` without the flag `u`, and the
    /// index behind it; nil when there is no such group, or no such flag in it.
    private static func flagGroup(
        _ source: [UInt8], _ index: Int
    ) -> (flags: [UInt8], end: Int)? {
        guard stands("(?", at: index, in: source) else { return nil }
        let letters = source[(index + 2)...].prefix {
            $0 == UInt8(ascii: "-")
                || ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z"))
        }
        let end = letters.endIndex
        guard end < source.count, letters.contains(UInt8(ascii: "u")),
            source[end] == UInt8(ascii: ")") || source[end] == UInt8(ascii: ":"),
            letters.filter({ $0 == UInt8(ascii: "-") }).count <= 1
        else { return nil }
        var kept = letters.filter { $0 != UInt8(ascii: "u") }
        if kept.last == UInt8(ascii: "-") { kept.removeLast() }
        if kept.isEmpty, source[end] == UInt8(ascii: ")") { return ([], end + 1) }
        return (Array("(?".utf8) + kept + [source[end]], end + 1)
    }
}
