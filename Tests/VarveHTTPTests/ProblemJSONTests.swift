// Problem documents and JSON strings.

import Testing
import VarveHTTP

struct ProblemJSONTests {
    @Test func aProblemNamesStatusCodeAndDetail() {
        let buffer = OutputBuffer()
        ProblemJSON.append(.targetTooLong, to: buffer)
        #expect(
            buffer.text == #"{"type":"about:blank","title":"URI Too Long","status":414,"#
                + #""code":"target-too-long","detail":"The request target is over the limit."}"#)
    }

    @Test func aDetailFromOutsideIsEscaped() {
        let buffer = OutputBuffer()
        "a\"}".withBytes {
            ProblemJSON.append(status: .conflict, code: "c", detail: $0, to: buffer)
        }
        #expect(buffer.text.hasSuffix(#""status":409,"code":"c","detail":"a\"}"}"#))
    }

    @Test(arguments: [
        ("plain", #""plain""#), ("", "\"\""), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{1F}\u{B}", #""\u0000\u001f\u000b""#), ("é\u{7F}", "\"é\u{7F}\""),
    ])
    func aJSONStringIsEscaped(_ text: String, _ expected: String) {
        let buffer = OutputBuffer()
        JSONText.appendString(text, to: buffer)
        #expect(buffer.text == expected)
    }

    @Test func whatIsNotUTF8IsReplaced() {
        let buffer = OutputBuffer()
        [UInt8(0x61), 0xFF, 0x22].withUnsafeBytes { JSONText.appendString($0, to: buffer) }
        #expect(buffer.text == "\"a\u{FFFD}\\\"\"")
    }
}
