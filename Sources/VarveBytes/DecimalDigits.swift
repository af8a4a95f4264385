/// Unsigned decimal numbers as ASCII digits, without signs, spaces or separators.
package enum DecimalDigits {
    /// The most digits a 64-bit number takes.
    package static let countMax = 20

    /// The number `digits` stands for.
    ///
    /// Nil when it is empty, has another character, is over 64 bits, or, unless they are allowed,
    /// has leading zeros.
    package static func parse(
        _ digits: UnsafeRawBufferPointer, allowingLeadingZeros: Bool = true
    ) -> UInt64? {
        guard digits.count > 0 else { return nil }
        if !allowingLeadingZeros, digits.count > 1, digits[0] == 0x30 { return nil }
        var value: UInt64 = 0
        for byte in digits {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            guard !overflowed, !carried else { return nil }
            value = sum
        }
        return value
    }

    /// How many digits `value` takes.
    package static func count(_ value: UInt64) -> Int {
        var count = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }

    /// Writes the digits of `value` to `pointer`, which has room for `countMax`; returns how many.
    package static func write(_ value: UInt64, to pointer: UnsafeMutableRawPointer) -> Int {
        let count = count(value)
        var rest = value
        for index in stride(from: count - 1, through: 0, by: -1) {
            pointer.storeBytes(of: 0x30 + UInt8(rest % 10), toByteOffset: index, as: UInt8.self)
            rest /= 10
        }
        return count
    }
}
