// The parser of response heads.

import Testing
import VarveHTTP

struct ResponseParserTests {
    private func parse(_ text: String) -> (ResponseParser.Outcome, ResponseHead) {
        var parser = ResponseParser()
        let outcome = text.withBytes { parser.parse($0) }
        return (outcome, parser.head)
    }

    @Test func aResponseHeadGivesItsParts() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nStream-Closed: true\r\n\r\n"
        let (outcome, head) = parse(text + "hello")
        #expect(outcome == .head(length: text.utf8.count))
        #expect(head.status == 200)
        #expect(head.contentLength == 5)
        #expect(head.headers.contains(.streamClosed))
        #expect(head.keepAlive)
    }

    @Test func versionAndConnectionSayWhetherItGoesOn() {
        #expect(!parse("HTTP/1.0 204\r\n\r\n").1.keepAlive)
        #expect(!parse("HTTP/1.1 204 \r\nConnection: Close\r\n\r\n").1.keepAlive)
        #expect(parse("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n").1.isChunked)
    }

    @Test(arguments: [
        "HTTP/2.0 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000", "HTTP/1.1  200", "http/1.1 200 OK",
        "HTTP/1.1 099 X", "HTTP/1.1 200 O\u{0}K", "", "HTTP/1.1\t200 OK",
    ])
    func aMalformedStatusLineIsRefused(_ line: String) {
        #expect(parse(line + "\r\n\r\n").0 == .failed(.malformedStatusLine))
    }

    @Test func theBodyIsDelimitedInOneWay() {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
        #expect(
            parse(head + "Transfer-Encoding: chunked\r\n\r\n").0
                == .failed(.contentLengthWithTransferEncoding))
        #expect(parse(head + "Content-Length: 2\r\n\r\n").0 == .failed(.repeatedContentLength))
    }

    @Test func everySplitGivesTheSame() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\nA: b\r\n\r\n",
        ] {
            let bytes = Array(text.utf8)
            let whole = parse(text).0
            for cut in 0...bytes.count {
                var parser = ResponseParser()
                var outcome = bytes[..<cut].withUnsafeBytes { parser.parse($0) }
                if outcome == .incomplete { outcome = bytes.withUnsafeBytes { parser.parse($0) } }
                #expect(outcome == whole)
            }
        }
    }
}
