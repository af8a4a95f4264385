import Testing
import VarveBytes

@Suite struct HexTests {
    /// Decodes text into at most `room` bytes.
    private func decode(_ text: String, room: Int = 64) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: room)
        let count = output.withUnsafeMutableBytes { output in
            withView(bytes(text)) { Hex.decode($0, into: output) }
        }
        return count.map { Array(output[..<$0]) }
    }

    @Test("every byte is two lowercase digits and comes back from either case")
    func roundTrip() {
        let all = (0...255).map { UInt8($0) }
        let text = withView(all) { Hex.string($0) }
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(decode(text, room: 256) == all)
        #expect(decode(text.uppercased(), room: 256) == all)
        #expect(withView([]) { Hex.string($0) } == "")
    }

    @Test("other characters, odd counts and too little room do not decode")
    func malformed() {
        for text in ["0", "0g", "g0", " 00", "0x00", "00 ", "é0"] { #expect(decode(text) == nil) }
        #expect(decode("0000", room: 1) == nil)
        #expect(decode("") == [])
    }

    @Test("sixteen digits hold every 64-bit number")
    func sixteen() {
        for value in [0, 1, 0x0123_4567_89ab_cdef, .max] as [UInt64] {
            var output = [UInt8](repeating: 0, count: 16)
            output.withUnsafeMutableBytes { buffer in
                if let base = buffer.baseAddress { Hex.write16(value, to: base) }
            }
            #expect(withView(output) { Hex.parse16($0) } == value)
        }
    }

    @Test(
        "anything but sixteen lowercase digits is refused",
        arguments: [
            "", "000000000000000", "00000000000000000", "00000000000000A0", "0000000000000 00",
            "+000000000000000", "000000000000000g",
        ])
    func strict(text: String) {
        #expect(withView(bytes(text)) { Hex.parse16($0) } == nil)
    }
}
