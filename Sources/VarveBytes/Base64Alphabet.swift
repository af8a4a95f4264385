/// Six bits a character: the part that both kinds of Base64 share, without padding.
struct Base64Alphabet {
    /// The characters for 62 and 63.
    let last: (UInt8, UInt8)

    /// `+` and `/`.
    static let standard = Base64Alphabet(last: (0x2b, 0x2f))
    /// `-` and `_`.
    static let url = Base64Alphabet(last: (0x2d, 0x5f))

    /// Writes the characters of `bytes`; returns how many.
    func encode(_ bytes: UnsafeRawBufferPointer, to pointer: UnsafeMutableRawPointer) -> Int {
        var written = 0
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            bitCount += 8
            while bitCount >= 6 {
                bitCount -= 6
                store(bits >> bitCount & 63, to: pointer, at: &written)
            }
            bits &= (1 << bitCount) - 1
        }
        if bitCount > 0 { store(bits << (6 - bitCount) & 63, to: pointer, at: &written) }
        return written
    }

    /// Decodes characters; nil for a wrong one, a lone one at the end, unused bits that are not
    /// zero, or no room.
    func decode(
        _ characters: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard characters.count % 4 != 1, characters.count * 3 / 4 <= output.count else {
            return nil
        }
        var written = 0
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for character in characters {
            guard let value = value(character) else { return nil }
            bits = bits << 6 | value
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            output[written] = UInt8(truncatingIfNeeded: bits >> bitCount)
            written += 1
            bits &= (1 << bitCount) - 1
        }
        return bits == 0 ? written : nil
    }

    private func store(_ value: UInt32, to pointer: UnsafeMutableRawPointer, at written: inout Int)
    {
        pointer.storeBytes(of: character(UInt8(value)), toByteOffset: written, as: UInt8.self)
        written += 1
    }

    private func character(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 0x41 + value
        case 26..<52: 0x61 + value - 26
        case 52..<62: 0x30 + value - 52
        case 62: last.0
        default: last.1
        }
    }

    private func value(_ character: UInt8) -> UInt32? {
        switch character {
        case 0x41...0x5a: UInt32(character - 0x41)
        case 0x61...0x7a: UInt32(character - 0x61) + 26
        case 0x30...0x39: UInt32(character - 0x30) + 52
        case last.0: 62
        case last.1: 63
        default: nil
        }
    }
}
