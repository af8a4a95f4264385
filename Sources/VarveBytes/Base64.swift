/// Base64 with the alphabet and padding of RFC 4648 section 4.
package enum Base64 {
    /// How many characters `count` bytes take.
    package static func encodedCount(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Writes the characters of `bytes` to `pointer`, which has room for `encodedCount` of them.
    package static func encode(_ bytes: UnsafeRawBufferPointer, to pointer: UnsafeMutableRawPointer)
    {
        let written = Base64Alphabet.standard.encode(bytes, to: pointer)
        for index in written..<encodedCount(bytes.count) {
            pointer.storeBytes(of: 0x3d, toByteOffset: index, as: UInt8.self)
        }
    }

    /// The characters of `bytes` as a string.
    package static func string(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: encodedCount(bytes.count)) { characters in
            guard let base = characters.baseAddress else { return 0 }
            encode(bytes, to: base)
            return encodedCount(bytes.count)
        }
    }

    /// Decodes `characters` into `output`; the number of bytes, or nil when a character, the
    /// padding or the unused bits are wrong or there is no room.
    package static func decode(
        _ characters: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard characters.count % 4 == 0 else { return nil }
        var end = characters.count
        while end > 0, end > characters.count - 2, characters[end - 1] == 0x3d { end -= 1 }
        return Base64Alphabet.standard.decode(
            UnsafeRawBufferPointer(rebasing: characters[..<end]), into: output)
    }

    /// Decodes `characters`, which have no padding, into `output`; the number of bytes, or nil as
    /// above.
    package static func decodeUnpadded(
        _ characters: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int? {
        Base64Alphabet.standard.decode(characters, into: output)
    }
}

/// Base64 for names and URLs: the alphabet of RFC 4648 section 5, without padding.
package enum Base64URL {
    /// How many characters `count` bytes take.
    package static func encodedCount(_ count: Int) -> Int { (count * 4 + 2) / 3 }

    /// Writes the characters of `bytes` to `pointer`, which has room for `encodedCount` of them.
    package static func encode(_ bytes: UnsafeRawBufferPointer, to pointer: UnsafeMutableRawPointer)
    {
        _ = Base64Alphabet.url.encode(bytes, to: pointer)
    }

    /// The characters of `bytes` as a string.
    package static func string(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: encodedCount(bytes.count)) { characters in
            guard let base = characters.baseAddress else { return 0 }
            encode(bytes, to: base)
            return encodedCount(bytes.count)
        }
    }

    /// Decodes `characters` into `output`; the number of bytes, or nil when a character or the
    /// unused bits are wrong or there is no room.
    package static func decode(
        _ characters: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int? {
        Base64Alphabet.url.decode(characters, into: output)
    }
}
