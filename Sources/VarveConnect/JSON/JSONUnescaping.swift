import VarveBytes

extension JSONScanner.Text {
    /// Calls `body` with the string's bytes, escapes resolved.
    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(MessageFault) -> Result
    ) throws(MessageFault) -> Result {
        guard hasEscapes else { return try body(raw) }
        let resolved = UnsafeMutableRawBufferPointer.allocate(byteCount: raw.count, alignment: 1)
        defer { resolved.deallocate() }
        let count = try unescape(into: resolved)
        return try body(UnsafeRawBufferPointer(rebasing: resolved[..<count]))
    }

    /// Resolves the escapes into `output`, which has room for `raw.count` bytes: no escape is
    /// shorter than what it stands for. Returns how many bytes that were.
    private func unescape(
        into output: UnsafeMutableRawBufferPointer
    ) throws(MessageFault) -> Int {
        var read = 0
        var written = 0
        while read < raw.count {
            let byte = raw[read]
            read += 1
            guard byte == 0x5c else {
                output[written] = byte
                written += 1
                continue
            }
            guard read < raw.count else { throw .malformed("a string ends within an escape") }
            let kind = raw[read]
            read += 1
            if kind == UInt8(ascii: "u") {
                let scalar = try scalar(&read)
                for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    output[written] = unit
                    written += 1
                }
            } else {
                output[written] = try Self.single(kind)
                written += 1
            }
        }
        return written
    }

    private static func single(_ kind: UInt8) throws(MessageFault) -> UInt8 {
        switch kind {
        case 0x22, 0x5c, 0x2f: kind
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: throw .malformed("a string has an escape that JSON does not have")
        }
    }

    /// The character of one escape by number, or of two that are surrogates of each other.
    private func scalar(_ read: inout Int) throws(MessageFault) -> Unicode.Scalar {
        let first = try unit(&read)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xdc00, read + 1 < raw.count, raw[read] == 0x5c,
            raw[read + 1] == UInt8(ascii: "u")
        else { throw .malformed("a string has half of a surrogate pair") }
        read += 2
        let second = try unit(&read)
        guard (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(
                0x10000 + (UInt32(first) - 0xd800) << 10 + (UInt32(second) - 0xdc00))
        else { throw .malformed("a string has half of a surrogate pair") }
        return scalar
    }

    private func unit(_ read: inout Int) throws(MessageFault) -> UInt16 {
        guard raw.count - read >= 4 else { throw .malformed("a string ends within an escape") }
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Hex.value(raw[read]) else {
                throw .malformed("a string has an escape without four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            read += 1
        }
        return value
    }
}
