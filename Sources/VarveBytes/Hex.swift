/// Hexadecimal digits: lowercase when written, either case when read.
@usableFromInline
package enum Hex {
    /// Writes two digits for each byte of `bytes` to `pointer`.
    package static func encode(_ bytes: UnsafeRawBufferPointer, to pointer: UnsafeMutableRawPointer)
    {
        for index in 0..<bytes.count {
            pointer.storeBytes(
                of: digit(bytes[index] >> 4), toByteOffset: 2 * index, as: UInt8.self)
            pointer.storeBytes(
                of: digit(bytes[index] & 15), toByteOffset: 2 * index + 1, as: UInt8.self)
        }
    }

    /// The digits of `bytes` as a string.
    package static func string(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: 2 * bytes.count) { digits in
            guard let base = digits.baseAddress else { return 0 }
            encode(bytes, to: base)
            return 2 * bytes.count
        }
    }

    /// Reads pairs of digits into `output`; the number of bytes, or nil when there is another
    /// character, an odd number of digits, or no room.
    package static func decode(
        _ digits: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard digits.count % 2 == 0, digits.count / 2 <= output.count else { return nil }
        for index in 0..<digits.count / 2 {
            guard let high = value(digits[2 * index]), let low = value(digits[2 * index + 1]) else {
                return nil
            }
            output[index] = high << 4 | low
        }
        return digits.count / 2
    }

    /// Writes `value` as 16 digits to `pointer`.
    @inlinable
    package static func write16(_ value: UInt64, to pointer: UnsafeMutableRawPointer) {
        for index in 0..<16 {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index)) & 15
            pointer.storeBytes(of: digit(nibble), toByteOffset: index, as: UInt8.self)
        }
    }

    /// Reads exactly 16 lowercase digits; nil for anything else.
    @inlinable
    package static func parse16(_ digits: UnsafeRawBufferPointer) -> UInt64? {
        guard digits.count == 16 else { return nil }
        var result: UInt64 = 0
        for index in 0..<16 {
            guard let nibble = value(digits[index]), digits[index] &- 0x41 >= 6 else { return nil }
            result = result << 4 | UInt64(nibble)
        }
        return result
    }

    /// The digit of a number below 16.
    @inlinable
    package static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x57 + nibble
    }

    /// The number a digit of either case stands for, or nil.
    @inlinable
    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x57
        case 0x41...0x46: digit - 0x37
        default: nil
        }
    }
}
