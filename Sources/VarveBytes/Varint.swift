/// Variable-length unsigned integers: seven bits a byte, the lowest first, the top bit says "more".
///
/// Every value has one encoding: an overlong one does not decode.
@usableFromInline
package enum Varint {
    /// The most bytes an encoding takes.
    @inlinable package static var byteCountMax: Int { 10 }

    /// How many bytes `value` takes.
    @inlinable
    package static func byteCount(_ value: UInt64) -> Int {
        max(1, (70 - value.leadingZeroBitCount) / 7)
    }

    /// Writes `value` to `pointer`, which has room for `byteCountMax` bytes; returns how many.
    @inlinable
    package static func encode(_ value: UInt64, to pointer: UnsafeMutableRawPointer) -> Int {
        var rest = value
        var count = 0
        while rest >= 0x80 {
            pointer.storeBytes(
                of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
            rest >>= 7
            count += 1
        }
        pointer.storeBytes(of: UInt8(rest), toByteOffset: count, as: UInt8.self)
        return count + 1
    }

    /// The value at the front of `bytes` and how many bytes it takes; nil when it is cut off,
    /// overlong, or more than 64 bits.
    @inlinable
    package static func decode(_ bytes: UnsafeRawBufferPointer) -> (value: UInt64, count: Int)? {
        var value: UInt64 = 0
        for index in 0..<min(bytes.count, byteCountMax) {
            let byte = bytes[index]
            value |= UInt64(byte & 0x7f) << UInt64(7 * index)
            guard byte & 0x80 == 0 else { continue }
            let isOverlong = byte == 0 && index > 0
            let overflows = index == byteCountMax - 1 && byte > 1
            return isOverlong || overflows ? nil : (value, index + 1)
        }
        return nil
    }
}
