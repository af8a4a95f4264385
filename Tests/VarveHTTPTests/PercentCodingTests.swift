// Percent escapes and query parameters.

import Testing
import VarveHTTP

struct PercentCodingTests {
    private func decode(_ text: String, plusIsSpace: Bool = false) throws -> [UInt8] {
        try text.withBytes { bytes in
            let output = UnsafeMutableRawBufferPointer.allocate(
                byteCount: bytes.count, alignment: 1)
            defer { output.deallocate() }
            let count = try PercentCoding.decode(bytes, into: output, plusIsSpace: plusIsSpace)
            return Array(output[..<count])
        }
    }

    @Test func escapesOfEitherCaseAreDecoded() throws {
        #expect(try decode("a%2Fb%2f%25%C3%A9+") == Array("a/b/%é+".utf8))
        #expect(try decode("a+b%2B", plusIsSpace: true) == Array("a b+".utf8))
        #expect(try decode("%00%ff") == [0, 255])
        #expect(try decode("") == [])
    }

    @Test(arguments: ["%", "%4", "%4g", "%g4", "a%", "%%41", "% 41"])
    func aPercentSignWithoutTwoDigitsIs400(_ text: String) {
        #expect(throws: HTTPError.malformedEscape) { try decode(text) }
        #expect(HTTPError.malformedEscape.status == .badRequest)
    }

    @Test func everyByteSurvivesEncoding() throws {
        let buffer = OutputBuffer()
        let all = (0...255).map { UInt8($0) }
        all.withUnsafeBytes { PercentCoding.encode($0, to: buffer) }
        #expect(try decode(buffer.text) == all)
        let path = OutputBuffer()
        "a/b c~é".withBytes { PercentCoding.encode($0, keepingSlashes: true, to: path) }
        #expect(path.text == "a/b%20c~%C3%A9")
    }

    private func pairs(_ query: String) -> [String] {
        query.withBytes { bytes in
            QueryParameters(bytes).map {
                let name = String(decoding: $0.name, as: UTF8.self)
                return name + "=" + String(decoding: $0.value, as: UTF8.self)
            }
        }
    }

    @Test func aQueryIsCutAtAmpersandsAndFirstEqualsSigns() {
        #expect(pairs("a=1&b=2=3&c&&d=&=e") == ["a=1", "b=2=3", "c=", "d=", "=e"])
        #expect(pairs("").isEmpty)
        #expect(pairs("&&").isEmpty)
        #expect(pairs("a") == ["a="])
    }

    @Test(arguments: [
        ("offset=now", "now"), ("live=sse&offset=-1", "-1"), ("offset=", ""), ("offset", ""),
        ("%6Fffset=x", "x"), ("off%73et=%41", "%41"), ("x=1", nil), ("", nil), ("Offset=1", nil),
        ("offset2=1", nil), ("offse=1", nil), ("%6gfset=1", nil), ("offset%20=1", nil),
    ])
    func aParameterIsFoundByItsDecodedName(_ query: String, _ expected: String?) {
        query.withBytes { bytes in
            switch QueryParameters(bytes).find("offset") {
            case .value(let value): #expect(String(decoding: value, as: UTF8.self) == expected)
            case .absent: #expect(expected == nil)
            case .repeated: Issue.record("not repeated")
            }
        }
    }

    @Test(arguments: ["offset=1&offset=1", "offset&x=2&%6fffset=1"])
    func aRepeatedParameterIsReported(_ query: String) {
        query.withBytes { bytes in
            guard case .repeated = QueryParameters(bytes).find("offset") else {
                Issue.record("\(query) is repeated")
                return
            }
        }
    }
}
