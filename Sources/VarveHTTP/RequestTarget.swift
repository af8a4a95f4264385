// The request target (RFC 9112, section 3.2) and the authority it or the Host header names.

import VarveBytes

/// The reading of a request target and of a host.
enum RequestTarget {
    /// Splits the target into path and query, and the authority of an absolute URL. Returns what is
    /// wrong, or nil. Any visible ASCII character but `#` is taken, because browsers send more of
    /// them unescaped than RFC 3986 allows; what a path may mean is for the router to say.
    static func parse(
        _ base: UnsafeRawPointer, _ target: Range<Int>, into head: inout RequestHead
    ) -> HTTPError? {
        guard ByteScan.isVisible(base, from: target.lowerBound, to: target.upperBound),
            ByteScan.first(0x23, in: base, from: target.lowerBound, to: target.upperBound) == nil
        else { return .malformedTarget }
        switch base.load(fromByteOffset: target.lowerBound, as: UInt8.self) {
        case UInt8(ascii: "/"):
            split(base, target, into: &head)
            return nil
        case UInt8(ascii: "*"):
            guard target.count == 1, head.method == .options else { return .malformedTarget }
            head.pathRange = RequestHead.pack(target)
            return nil
        default:
            return absolute(base, target, into: &head)
        }
    }

    /// Splits `range` at its first question mark.
    @inline(__always)
    private static func split(
        _ base: UnsafeRawPointer, _ range: Range<Int>, into head: inout RequestHead
    ) {
        guard
            let mark = ByteScan.first(0x3F, in: base, from: range.lowerBound, to: range.upperBound)
        else {
            head.pathRange = RequestHead.pack(range)
            return
        }
        head.hasQuery = true
        head.pathRange = RequestHead.pack(range.lowerBound..<mark)
        head.queryRange = RequestHead.pack((mark &+ 1)..<range.upperBound)
    }

    /// Reads `http://authority/path?query` or the same with https.
    private static func absolute(
        _ base: UnsafeRawPointer, _ target: Range<Int>, into head: inout RequestHead
    ) -> HTTPError? {
        let start = base + target.lowerBound
        let scheme: Int
        if target.count >= 7,
            UnsafeRawBufferPointer(start: start, count: 7).equalsIgnoringCase("http://")
        {
            scheme = 7
        } else if target.count >= 8,
            UnsafeRawBufferPointer(start: start, count: 8).equalsIgnoringCase("https://")
        {
            scheme = 8
        } else {
            return .malformedTarget
        }
        let from = target.lowerBound + scheme
        var end = from
        while end < target.upperBound {
            let byte = base.load(fromByteOffset: end, as: UInt8.self)
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") { break }
            end &+= 1
        }
        guard isHost(base, from..<end) else { return .malformedTarget }
        head.authorityRange = RequestHead.pack(from..<end)
        split(base, end..<target.upperBound, into: &head)
        return nil
    }

    /// Whether the range is `uri-host [":" port]` of RFC 9110, section 7.2, with a host that is not
    /// empty (an http URL never has an empty one, section 4.2.1).
    static func isHost(_ base: UnsafeRawPointer, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        let end = range.upperBound
        guard index < end else { return false }
        if base.load(fromByteOffset: index, as: UInt8.self) == UInt8(ascii: "[") {
            guard let close = ByteScan.first(UInt8(ascii: "]"), in: base, from: index, to: end),
                close > index &+ 1
            else { return false }
            for at in (index &+ 1)..<close
            where !CharacterClass.addressLiteral.contains(
                base.load(fromByteOffset: at, as: UInt8.self))
            {
                return false
            }
            index = close &+ 1
        } else {
            let first = index
            while index < end {
                let byte = base.load(fromByteOffset: index, as: UInt8.self)
                guard byte == UInt8(ascii: "%") || CharacterClass.hostName.contains(byte) else {
                    break
                }
                index &+= 1
            }
            guard index > first else { return false }
        }
        guard index < end else { return true }
        guard base.load(fromByteOffset: index, as: UInt8.self) == UInt8(ascii: ":"),
            end &- index <= 6
        else { return false }
        for at in (index &+ 1)..<end {
            let byte = base.load(fromByteOffset: at, as: UInt8.self)
            if byte < 0x30 || byte > 0x39 { return false }
        }
        return true
    }
}
