import Testing
import VarveBytes

@Suite struct ByteComparisonTests {
    @Test("equality is of every byte")
    func equality() {
        withView(bytes("stream")) { view in
            #expect(view.equals("stream"))
            #expect(!view.equals("streams"))
            #expect(!view.equals("strean"))
            #expect(!view.equals("Stream"))
            #expect(view.equals(view))
        }
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(empty.equals(""))
        #expect(empty.equals(empty))
    }

    @Test("only the letters A to Z have another case")
    func caseFolding() {
        withView(bytes("Content-TYPE")) { view in
            #expect(view.equalsIgnoringCase("content-type"))
            #expect(!view.equalsIgnoringCase("content_type"))
            #expect(!view.equalsIgnoringCase("content-typ"))
        }
        for byte in 0...255 as ClosedRange<UInt8> {
            let isLetter = (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            let same = withView([byte]) { one in
                withView([byte ^ 0x20]) { other in one.equalsIgnoringCase(other) }
            }
            #expect(same == isLetter)
        }
    }

    @Test("order is by bytes, a prefix first")
    func order() {
        let sorted = ["", "a", "a\u{0}", "ab", "b", "\u{7f}", "é"]
        for (index, left) in sorted.enumerated() {
            for (other, right) in sorted.enumerated() {
                let before = withView(bytes(left)) { left in
                    withView(bytes(right)) { right in left.sortsBefore(right) }
                }
                #expect(before == (index < other))
            }
        }
    }

    @Test("a byte is found where it first occurs")
    func find() {
        withView(bytes("name: value: more")) { view in
            #expect(view.firstIndex(ofByte: 0x3a) == 4)
            #expect(view.firstIndex(ofByte: 0x0a) == nil)
        }
        #expect(UnsafeRawBufferPointer(start: nil, count: 0).firstIndex(ofByte: 0) == nil)
    }
}
