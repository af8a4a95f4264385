import Testing
import VarveBytes

@Suite struct DecimalDigitsTests {
    private func parse(_ text: String, allowingLeadingZeros: Bool = true) -> UInt64? {
        withView(bytes(text)) {
            DecimalDigits.parse($0, allowingLeadingZeros: allowingLeadingZeros)
        }
    }

    @Test("every number comes back")
    func roundTrip() {
        var numbers = Numbers(seed: 5)
        var values: [UInt64] = [0, 9, 10, 99, 100, .max, .max - 1]
        for bits in 1...64 as ClosedRange<UInt64> { values.append(numbers.next() >> (64 - bits)) }
        for value in values {
            var output = [UInt8](repeating: 0, count: DecimalDigits.countMax)
            let count = output.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { DecimalDigits.write(value, to: $0) } ?? 0
            }
            #expect(count == DecimalDigits.count(value))
            let text = String(decoding: output[..<count], as: UTF8.self)
            #expect(text == "\(value)")
            #expect(parse(text, allowingLeadingZeros: false) == value)
        }
    }

    @Test(
        "anything but digits within 64 bits is refused",
        arguments: [
            "", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "１", "18446744073709551616",
            "99999999999999999999", "184467440737095516150",
        ])
    func malformed(text: String) {
        #expect(parse(text) == nil)
    }

    @Test("leading zeros count for nothing, or are refused when asked")
    func leadingZeros() {
        #expect(parse("000000000000000000000000000007") == 7)
        #expect(parse("07", allowingLeadingZeros: false) == nil)
        #expect(parse("00", allowingLeadingZeros: false) == nil)
        #expect(parse("0", allowingLeadingZeros: false) == 0)
    }
}
