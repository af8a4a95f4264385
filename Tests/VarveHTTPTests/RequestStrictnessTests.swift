// The head parser: what it refuses, with which status. Lenient readers mend these messages, each in
// its own way, and the differences are what request smuggling lives from.

import Testing
import VarveHTTP

/// Refusal of malformed heads.
struct RequestStrictnessTests {
    /// Parses a request with the given header lines after a valid Host.
    private func headers(_ lines: String, version: String = "1.1") -> ParserProbe {
        ParserProbe("POST / HTTP/\(version)\r\nHost: h\r\n\(lines)\r\n\r\n")
    }

    @Test(arguments: [
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Transfer-Encoding: gzip\r\nContent-Length: 3",
        "Content-Length: x\r\nTransfer-Encoding: chunked",
    ])
    func contentLengthWithTransferEncodingIs400(_ lines: String) {
        #expect(headers(lines).error == .contentLengthWithTransferEncoding)
        #expect(HTTPError.contentLengthWithTransferEncoding.status == .badRequest)
    }

    @Test(arguments: [
        "Content-Length: 3\r\nContent-Length: 4", "Content-Length: 3\r\nContent-Length: 3",
        "Content-Length: 3, 4", "Content-Length: 3, 3", "Content-Length: 3,",
    ])
    func contentLengthGivenTwiceIs400EvenIfEqual(_ lines: String) {
        #expect(headers(lines).error == .repeatedContentLength)
        #expect(HTTPError.repeatedContentLength.status == .badRequest)
    }

    @Test(arguments: ["", "+3", "-3", "0x3", "3 3", "3.0", "three", "3;", "\u{0663}"])
    func contentLengthThatIsNotDigitsIs400(_ value: String) {
        #expect(headers("Content-Length: \(value)").error == .malformedContentLength)
        #expect(HTTPError.malformedContentLength.status == .badRequest)
    }

    @Test func contentLengthOver64BitsIsOverEveryLimit() {
        let most = UInt64.max
        #expect(headers("Content-Length: \(most)").parser.head.contentLength == most)
        #expect(headers("Content-Length: \(most)0").parser.head.contentLength == most)
        #expect(
            headers("Content-Length: 99999999999999999999999").parser.head.contentLength == most)
        #expect(headers("Content-Length: 007").parser.head.contentLength == 7)
    }

    @Test(arguments: [
        "gzip", "identity", "xchunked", "chunked, gzip", "chunked, chunked", "", ",", "chunked;a=b",
    ])
    func transferEncodingWhoseLastCodingIsNotOneChunkedIs400(_ value: String) {
        #expect(headers("Transfer-Encoding: \(value)").error == .malformedTransferEncoding)
        #expect(HTTPError.malformedTransferEncoding.status == .badRequest)
    }

    @Test(arguments: ["gzip, chunked", "x ,\tChunked"])
    func aCodingInFrontOfChunkedIs501(_ value: String) {
        #expect(headers("Transfer-Encoding: \(value)").error == .unsupportedTransferCoding)
        #expect(HTTPError.unsupportedTransferCoding.status == .notImplemented)
    }

    @Test func transferEncodingOnTwoLinesIs400() {
        let probe = headers("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked")
        #expect(probe.error == .malformedTransferEncoding)
    }

    @Test func transferEncodingWithHTTP10Is400() {
        #expect(
            headers("Transfer-Encoding: chunked", version: "1.0").error
                == .malformedTransferEncoding)
        #expect(headers("Transfer-Encoding: Chunked").parser.head.isChunked)
    }

    @Test func aFoldedLineIs400() {
        #expect(headers("X: a\r\n b").error == .obsoleteFolding)
        #expect(headers("X: a\r\n\tb").error == .obsoleteFolding)
        #expect(ParserProbe("GET / HTTP/1.1\r\n Host: h\r\n\r\n").error == .obsoleteFolding)
        #expect(HTTPError.obsoleteFolding.status == .badRequest)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\n", "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\nContent-Length: 3\r\n\r\n",
    ])
    func aBareLineFeedIs400(_ text: String) {
        #expect(ParserProbe(text).error == .bareLineFeed)
        #expect(HTTPError.bareLineFeed.status == .badRequest)
    }

    @Test func everyControlByteInAValueIs400ExceptATab() {
        for byte: UInt8 in Array(0..<0x20) + [0x7F] where byte != 0x09 && byte != 0x0A {
            for padding in 0..<20 {
                var bytes = Array("GET / HTTP/1.1\r\nHost: h\r\nX: ".utf8)
                bytes += [UInt8](repeating: 0x61, count: padding) + [byte]
                bytes += Array("b\r\n\r\n".utf8)
                #expect(ParserProbe(bytes).error == .controlByte, "byte \(byte) after \(padding)")
            }
        }
        #expect(HTTPError.controlByte.status == .badRequest)
    }

    @Test func everyByteThatIsNoTokenCharacterInANameIs400() {
        let token = Set("!#$%&'*+-.^_`|~0123456789".utf8).union(
            Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
                + Array(UInt8(ascii: "A")...UInt8(ascii: "Z")))
        for byte in UInt8.min...UInt8.max where byte != 0x0A && byte != 0x3A {
            var bytes = Array("GET / HTTP/1.1\r\nHost: h\r\nX".utf8)
            bytes += [byte] + Array("Y: b\r\n\r\n".utf8)
            #expect((ParserProbe(bytes).error == nil) == token.contains(byte), "byte \(byte)")
        }
    }

    @Test func noByteOfAKnownNameCanBeAnotherButForItsCase() {
        let name = Array("Content-Length".utf8)
        for index in name.indices {
            for byte in UInt8.min...UInt8.max where byte != 0x0A {
                var damaged = name
                damaged[index] = byte
                let head = Array("POST / HTTP/1.1\r\nHost: h\r\n".utf8)
                let probe = ParserProbe(head + damaged + Array(": 3\r\n\r\n".utf8))
                let isSame =
                    String(decoding: damaged, as: UTF8.self).lowercased() == "content-length"
                #expect((probe.parser.head.contentLength == 3) == isSame, "\(byte) at \(index)")
            }
        }
    }

    @Test func whiteSpaceBeforeTheColonIs400() {
        #expect(headers("Transfer-Encoding : chunked").error == .spaceBeforeColon)
        #expect(headers("X\t: a").error == .spaceBeforeColon)
        #expect(HTTPError.spaceBeforeColon.status == .badRequest)
    }

    @Test(arguments: [": a", "X", "X\u{E9}: a", "X@: a", "(X): a"])
    func aLineThatIsNotNameColonValueIs400(_ line: String) {
        #expect(headers(line).error == .malformedHeader)
        #expect(HTTPError.malformedHeader.status == .badRequest)
    }

    @Test func aMissingHostIs400ForHTTP11Only() {
        #expect(ParserProbe("GET / HTTP/1.1\r\n\r\n").error == .missingHost)
        #expect(ParserProbe("GET http://h/ HTTP/1.1\r\n\r\n").error == .missingHost)
        #expect(ParserProbe("GET / HTTP/1.0\r\n\r\n").error == nil)
        #expect(HTTPError.missingHost.status == .badRequest)
    }

    @Test func aRepeatedHostIs400EvenIfEqual() {
        #expect(headers("Host: h").error == .repeatedHost)
        #expect(headers("host: other").error == .repeatedHost)
        #expect(headers("Host: h", version: "1.0").error == .repeatedHost)
        #expect(HTTPError.repeatedHost.status == .badRequest)
    }

    @Test(arguments: [
        "", "a b", "a,b", "user@h", "h:x", "h:123456", "h/", "[::1", "[]", "[g::1]", "[::1]x",
        ":80", "a\tb", "h\u{E9}", "http://h",
    ])
    func aHostThatIsNotNameAndPortIs400(_ host: String) {
        let probe = ParserProbe("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(probe.error == .malformedHost)
        #expect(HTTPError.malformedHost.status == .badRequest)
    }

    @Test(arguments: [
        "h", "h:", "h:80", "127.0.0.1:4437", "[::1]", "[::1]:80", "a.b-c_d", "x%20y", "h:65535",
    ])
    func aHostOfNameAddressOrLiteralIsTaken(_ host: String) {
        let probe = ParserProbe("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(probe.error == nil)
        #expect(probe.text(probe.parser.head.authority) == host)
    }

    @Test(arguments: [
        "GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET /  HTTP/1.1", "GET / x HTTP/1.1",
        " GET / HTTP/1.1", "GET\t/ HTTP/1.1", "GET", "G@T / HTTP/1.1", "GET  HTTP/1.1",
    ])
    func aRequestLineThatIsNotThreeWordsIs400(_ line: String) {
        let probe = ParserProbe("\(line)\r\nHost: h\r\n\r\n")
        #expect(probe.error == .malformedRequestLine)
        #expect(HTTPError.malformedRequestLine.status == .badRequest)
    }

    @Test(arguments: [
        "x", "http:", "ftp://h/", "http:///p", "http://u@h/", "/a#b", "/a\u{E9}", "/a\u{7F}",
        "h:80",
        "http://h:x/", "https:/h",
    ])
    func aTargetOfNoKnownFormIs400(_ target: String) {
        #expect(ParserProbe("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n").error == .malformedTarget)
        #expect(HTTPError.malformedTarget.status == .badRequest)
    }

    @Test(arguments: [
        "http/1.1", "HTTP/1", "HTTP/1.10", "HTTP/11.1", "HTTP/a.1", "HTTP/1,1", "HTTPS/1.1",
        "HTTP/1.x",
    ])
    func aVersionThatIsNotTwoDigitsIs400(_ version: String) {
        #expect(ParserProbe("GET / \(version)\r\nHost: h\r\n\r\n").error == .malformedVersion)
        #expect(HTTPError.malformedVersion.status == .badRequest)
    }

    @Test(arguments: ["HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"])
    func anotherMajorVersionIs505(_ version: String) {
        #expect(ParserProbe("GET / \(version)\r\nHost: h\r\n\r\n").error == .versionNotSupported)
        #expect(HTTPError.versionNotSupported.status == .httpVersionNotSupported)
    }

    @Test func connectIs501() {
        #expect(
            ParserProbe("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n").error == .methodNotImplemented)
        #expect(HTTPError.methodNotImplemented.status == .notImplemented)
    }

    @Test func anyExpectationBut100ContinueIs417() {
        #expect(headers("Expect: 200-ok").error == .expectationFailed)
        #expect(headers("Expect:").error == .expectationFailed)
        #expect(headers("Expect: 100-continue\r\nExpect: x").error == .expectationFailed)
        #expect(HTTPError.expectationFailed.status == .expectationFailed)
    }

    @Test func aHandshakeOfAnotherProtocolIsRefusedAtItsFirstByte() {
        #expect(ParserProbe([0x16]).error == .malformedRequestLine)
        #expect(ParserProbe([0x00]).error == .malformedRequestLine)
        #expect(ParserProbe([0x80]).error == .malformedRequestLine)
    }

    @Test func everyRefusalHasAStatusOf4xxOr5xxAndItsOwnCode() {
        let codes = HTTPError.allCases.map { "\($0.code)" }
        #expect(Set(codes).count == codes.count)
        for error in HTTPError.allCases {
            #expect(error.status.rawValue >= 400)
            #expect("\(error.detail)".hasSuffix("."))
        }
    }
}
