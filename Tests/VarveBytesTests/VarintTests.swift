import Testing
import VarveBytes

@Suite struct VarintTests {
    /// The encoding of a value.
    private func encoded(_ value: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.appendVarint(value)
        return Array(writer.bytes)
    }

    @Test(
        "known encodings",
        arguments: [
            (0, [0]), (1, [1]), (127, [0x7f]), (128, [0x80, 1]),
            (300, [0xac, 2]), (16383, [0xff, 0x7f]), (16384, [0x80, 0x80, 1]),
            (.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        ] as [(UInt64, [UInt8])])
    func known(value: UInt64, expected: [UInt8]) {
        #expect(encoded(value) == expected)
        #expect(Varint.byteCount(value) == expected.count)
    }

    @Test("every value comes back, whatever follows it")
    func roundTrip() throws {
        var numbers = Numbers(seed: 4)
        for bits in 0...64 as ClosedRange<UInt64> {
            for _ in 0..<20 {
                let value = bits == 0 ? 0 : numbers.next() >> (64 - bits)
                let code = encoded(value)
                #expect(code.count == Varint.byteCount(value))
                let decoded = try #require(withView(code + [0xff, 0]) { Varint.decode($0) })
                #expect(decoded.value == value)
                #expect(decoded.count == code.count)
            }
        }
    }

    @Test(
        "cut off, overlong and overflowing encodings do not decode",
        arguments: [
            [], [0x80], [0xff, 0xff], [0x80, 0], [0xff, 0x80, 0],
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0],
        ] as [[UInt8]])
    func malformed(input: [UInt8]) {
        #expect(withView(input) { Varint.decode($0) } == nil)
    }
}
