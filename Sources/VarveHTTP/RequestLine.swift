// The request line (RFC 9112, section 3): method SP target SP version, each exactly once.

import VarveBytes

/// The reading of a request line into a `RequestHead`.
enum RequestLine {
    /// Reads the line at `line`, without its CR LF. Returns what is wrong, or
    /// nil.
    static func parse(
        _ base: UnsafeRawPointer, _ line: Range<Int>, limits: borrowing HeadLimits,
        into head: inout RequestHead
    ) -> HTTPError? {
        let start = line.lowerBound
        let end = line.upperBound
        var index = start
        while index < end,
            CharacterClass.token.contains(base.load(fromByteOffset: index, as: UInt8.self))
        {
            index &+= 1
        }
        guard index > start, index < end, base.load(fromByteOffset: index, as: UInt8.self) == 0x20
        else { return .malformedRequestLine }
        let method = start..<index
        guard let space = ByteScan.first(0x20, in: base, from: index &+ 1, to: end),
            space > index &+ 1
        else { return .malformedRequestLine }
        let target = (index &+ 1)..<space
        if let error = version(base, from: space &+ 1, to: end, into: &head) { return error }
        head.methodRange = RequestHead.pack(method)
        head.method = HTTPMethod.named(base + method.lowerBound, count: method.count)
        if target.count > limits.targetBytesMax { return .targetTooLong }
        head.targetRange = RequestHead.pack(target)
        // After an accepted CONNECT the bytes are no longer HTTP, so it is refused in any form.
        if head.method == .unknown,
            UnsafeRawBufferPointer(start: base + method.lowerBound, count: method.count).equals(
                "CONNECT")
        {
            return .methodNotImplemented
        }
        return RequestTarget.parse(base, target, into: &head)
    }

    /// What to say of a line that is over the limit before it has ended: a method that never ends
    /// is not one we know; anything else is a target that is too long.
    static func overlong(_ base: UnsafeRawPointer, from start: Int, to end: Int) -> HTTPError {
        guard let space = ByteScan.first(0x20, in: base, from: start, to: end) else {
            for index in start..<end
            where !CharacterClass.token.contains(base.load(fromByteOffset: index, as: UInt8.self)) {
                return .malformedRequestLine
            }
            return .methodNotImplemented
        }
        return space == start ? .malformedRequestLine : .targetTooLong
    }

    /// Reads `HTTP/DIGIT.DIGIT`.
    static func version(
        _ base: UnsafeRawPointer, from: Int, to end: Int, into head: inout RequestHead
    ) -> HTTPError? {
        guard end &- from == 8 else {
            // A third space is a malformed line; anything else a malformed version.
            return ByteScan.first(0x20, in: base, from: from, to: end) == nil
                ? .malformedVersion : .malformedRequestLine
        }
        let text = UInt64(bigEndian: base.loadUnaligned(fromByteOffset: from, as: UInt64.self))
        switch text {
        case 0x4854_5450_2F31_2E31:
            head.version = .http11
            return nil
        case 0x4854_5450_2F31_2E30:
            head.version = .http10
            return nil
        default:
            break
        }
        let major = UInt8(truncatingIfNeeded: text >> 16)
        let minor = UInt8(truncatingIfNeeded: text)
        guard text >> 24 == 0x48_5454_502F, text >> 8 & 0xFF == 0x2E, major >= 0x30, major <= 0x39,
            minor >= 0x30, minor <= 0x39
        else { return .malformedVersion }
        guard major == 0x31 else { return .versionNotSupported }
        head.version = .http11
        return nil
    }
}
