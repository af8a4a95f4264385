import Testing
import VarveBytes

@Suite struct Base64Tests {
    /// Decodes with either alphabet.
    private func decode(_ text: String, url: Bool = false, room: Int = 1000) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: room)
        let count = output.withUnsafeMutableBytes { output in
            withView(bytes(text)) { text in
                url ? Base64URL.decode(text, into: output) : Base64.decode(text, into: output)
            }
        }
        return count.map { Array(output[..<$0]) }
    }

    @Test(
        "the vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        let unpadded = String(encoded.prefix { $0 != "=" })
        #expect(withView(bytes(plain)) { Base64.string($0) } == encoded)
        #expect(withView(bytes(plain)) { Base64URL.string($0) } == unpadded)
        #expect(decode(encoded) == bytes(plain))
        #expect(decode(unpadded, url: true) == bytes(plain))
    }

    @Test("the two alphabets differ in their last two characters")
    func alphabets() {
        #expect(withView([0xfb, 0xff]) { Base64.string($0) } == "+/8=")
        #expect(withView([0xfb, 0xff]) { Base64URL.string($0) } == "-_8")
        #expect(decode("-_8=") == nil)
        #expect(decode("+/8", url: true) == nil)
    }

    @Test("random bytes come back")
    func roundTrip() {
        var numbers = Numbers(seed: 6)
        for count in 0..<200 {
            let data = numbers.bytes(count)
            let standard = withView(data) { Base64.string($0) }
            let url = withView(data) { Base64URL.string($0) }
            #expect(standard.utf8.count == Base64.encodedCount(count))
            #expect(url.utf8.count == Base64URL.encodedCount(count))
            #expect(decode(standard, room: count) == data)
            #expect(decode(url, url: true, room: count) == data)
        }
    }

    @Test(
        "wrong characters, padding, unused bits and counts do not decode",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "=Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm9v=", "Zm 9v",
            "Zm9v\n", "Zg==Zg==", "Zm8=Zm8=",
        ])
    func malformed(text: String) {
        #expect(decode(text) == nil)
    }

    @Test("a URL text with padding, one character left over, or no room does not decode")
    func malformedURL() {
        for text in ["Zg==", "Zm9vY", "Zh", "Zm9"] { #expect(decode(text, url: true) == nil) }
        #expect(decode("Zm9v", room: 2) == nil)
    }
}
