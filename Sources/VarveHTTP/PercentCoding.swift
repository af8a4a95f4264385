// Percent escapes (RFC 3986, section 2.1): decoding of paths and queries, encoding of path
// segments.

import VarveBytes

/// Decoding and encoding of percent escapes.
package enum PercentCoding {
    /// Decodes `text` into `output` and returns the number of bytes written, at most `text.count`.
    ///
    /// `output` must have room for `text.count` bytes. With `plusIsSpace`, as in the queries that
    /// HTML forms send, `+` becomes a space. Throws `malformedEscape` for a percent sign without
    /// two hexadecimal digits.
    package static func decode(
        _ text: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
        plusIsSpace: Bool = false
    ) throws(HTTPError) -> Int {
        precondition(output.count >= text.count)
        var reader = PercentReader(text, plusIsSpace: plusIsSpace)
        var written = 0
        while let byte = try reader.next() {
            output[written] = byte
            written &+= 1
        }
        return written
    }

    /// Whether `text` decodes to exactly the bytes of `literal`, which has no `%`, `+` or space.
    package static func decodes(_ text: UnsafeRawBufferPointer, to literal: StaticString) -> Bool {
        let expected = UnsafeRawBufferPointer(literal)
        if text.equals(expected) { return true }
        // An escape makes the text longer; without one it would have been equal.
        guard text.count > expected.count else { return false }
        var reader = PercentReader(text, plusIsSpace: true)
        var matched = 0
        do throws(HTTPError) {
            while let byte = try reader.next() {
                guard matched < expected.count, expected[matched] == byte else { return false }
                matched &+= 1
            }
        } catch {
            return false
        }
        return matched == expected.count
    }

    /// Appends `text` with everything escaped but unreserved characters and, with `keepingSlashes`,
    /// slashes.
    package static func encode(
        _ text: UnsafeRawBufferPointer, keepingSlashes: Bool = false, to buffer: OutputBuffer
    ) {
        for byte in text {
            if CharacterClass.unreserved.contains(byte) || (keepingSlashes && byte == 0x2F) {
                buffer.append(byte: byte)
            } else {
                buffer.append(byte: 0x25)
                buffer.append(byte: upperDigit(byte >> 4))
                buffer.append(byte: upperDigit(byte & 0xF))
            }
        }
    }

    /// The digit of a number below 16, in the upper case that RFC 3986 asks of producers.
    private static func upperDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x37 + nibble
    }
}

/// Reads escaped text one decoded byte at a time.
private struct PercentReader {
    private let text: UnsafeRawBufferPointer
    private let plusIsSpace: Bool
    private var index = 0

    init(_ text: UnsafeRawBufferPointer, plusIsSpace: Bool) {
        self.text = text
        self.plusIsSpace = plusIsSpace
    }

    /// The next byte, or nil at the end.
    mutating func next() throws(HTTPError) -> UInt8? {
        guard index < text.count else { return nil }
        let byte = text[index]
        guard byte == 0x25 else {
            index &+= 1
            return plusIsSpace && byte == 0x2B ? 0x20 : byte
        }
        guard text.count &- index >= 3, let high = Hex.value(text[index &+ 1]),
            let low = Hex.value(text[index &+ 2])
        else { throw .malformedEscape }
        index &+= 3
        return high << 4 | low
    }
}
