import VarveBytes

/// Base64 as receivers must take it: either alphabet, with or without padding.
package enum AnyBase64 {
    /// Decodes `characters` into `output`; the number of bytes, or nil when they are no base64 or
    /// there is no room.
    package static func decode(
        _ characters: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int? {
        var end = characters.count
        while end > 0, characters.count - end < 2, characters[end - 1] == UInt8(ascii: "=") {
            end -= 1
        }
        guard end == characters.count || characters.count % 4 == 0 else { return nil }
        let digits = UnsafeRawBufferPointer(rebasing: characters[..<end])
        let isURL = digits.contains { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        if isURL { return Base64URL.decode(digits, into: output) }
        return Base64.decodeUnpadded(digits, into: output)
    }

    /// Decodes `characters`; nil when they are no base64.
    package static func decode(_ characters: UnsafeRawBufferPointer) -> [UInt8]? {
        var result = [UInt8](repeating: 0, count: characters.count / 4 * 3 + 3)
        guard let count = result.withUnsafeMutableBytes({ decode(characters, into: $0) }) else {
            return nil
        }
        result.removeLast(result.count - count)
        return result
    }
}
