/// Six bits a character: the part that both kinds of Base64 share, without padding.
struct Base64Alphabet {
    /// The 64 characters, in the order of their values.
    private let characters: StaticString
    /// The characters for 62 and 63.
    private let last: (UInt8, UInt8)

    /// With `+` and `/`.
    static let standard = Base64Alphabet(
        characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        last: (0x2b, 0x2f))
    /// With `-` and `_`.
    static let url = Base64Alphabet(
        characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        last: (0x2d, 0x5f))

    /// Writes the characters of `bytes`; returns how many.
    func encode(_ bytes: UnsafeRawBufferPointer, to pointer: UnsafeMutableRawPointer) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        let table = characters.utf8Start
        var read = 0
        var written = 0
        // Three bytes are four characters, which leave in one store.
        while read &+ 3 <= bytes.count {
            let bits =
                UInt32(base.load(fromByteOffset: read, as: UInt8.self)) << 16
                | UInt32(base.load(fromByteOffset: read &+ 1, as: UInt8.self)) << 8
                | UInt32(base.load(fromByteOffset: read &+ 2, as: UInt8.self))
            let four =
                UInt32(table[Int(bits >> 18)]) | UInt32(table[Int(bits >> 12 & 63)]) << 8
                | UInt32(table[Int(bits >> 6 & 63)]) << 16 | UInt32(table[Int(bits & 63)]) << 24
            pointer.storeBytes(
                of: four.littleEndian, toByteOffset: written, as: UInt32.self)
            read &+= 3
            written &+= 4
        }
        return written
            + encodeRest(
                UnsafeRawBufferPointer(rebasing: bytes[read...]), to: pointer + written)
    }

    /// The same for the last bytes, fewer than three.
    private func encodeRest(
        _ bytes: UnsafeRawBufferPointer, to pointer: UnsafeMutableRawPointer
    ) -> Int {
        guard !bytes.isEmpty else { return 0 }
        var bits: UInt32 = 0
        for byte in bytes { bits = bits << 8 | UInt32(byte) }
        let count = bytes.count + 1
        bits <<= UInt32(count * 6 - bytes.count * 8)
        for index in 0..<count {
            let value = Int(bits >> UInt32((count - 1 - index) * 6) & 63)
            pointer.storeBytes(
                of: characters.utf8Start[value], toByteOffset: index, as: UInt8.self)
        }
        return count
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
