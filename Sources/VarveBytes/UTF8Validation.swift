/// Whether bytes are UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF.
package enum UTF8Validation {
    /// True when `bytes` are UTF-8.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            if first < 0x80 {
                index += 1
                continue
            }
            // The lead byte fixes the length, and with it what the second byte may be.
            let length: Int
            let second: ClosedRange<UInt8>
            switch first {
            case 0xc2...0xdf: (length, second) = (2, 0x80...0xbf)
            case 0xe0: (length, second) = (3, 0xa0...0xbf)
            case 0xed: (length, second) = (3, 0x80...0x9f)
            case 0xe1...0xef: (length, second) = (3, 0x80...0xbf)
            case 0xf0: (length, second) = (4, 0x90...0xbf)
            case 0xf4: (length, second) = (4, 0x80...0x8f)
            case 0xf1...0xf3: (length, second) = (4, 0x80...0xbf)
            default: return false
            }
            guard bytes.count - index >= length, second.contains(bytes[index + 1]) else {
                return false
            }
            for follower in 2..<max(2, length)
            where bytes[index + follower] & 0xc0 != 0x80 {
                return false
            }
            index += length
        }
        return true
    }
}
