// The head parser: what it reads, and what it refuses with which status.

import Testing
import VarveHTTP

/// Reading of well-formed heads.
struct RequestParserTests {
    @Test func aPostHeadGivesItsParts() {
        let probe = ParserProbe(
            """
            POST /v1/stream/a%20b?offset=now&x HTTP/1.1\r
            Host: example.com:4437\r
            content-TYPE: \t application/json \r
            Content-Length: 12\r
            X-Other: 1\r
            Producer-Id:p\r
            \r
            {"a":"hello"
            """)
        let head = probe.parser.head
        #expect(probe.outcome == .head(length: probe.bytes.count - 12))
        #expect(head.method == .post)
        #expect(probe.text(head.methodName) == "POST")
        #expect(probe.text(head.target) == "/v1/stream/a%20b?offset=now&x")
        #expect(probe.text(head.path) == "/v1/stream/a%20b")
        #expect(probe.text(head.query) == "offset=now&x")
        #expect(probe.text(head.authority) == "example.com:4437")
        #expect(probe.text(head.value(.contentType)) == "application/json")
        #expect(probe.text(head.value(.producerID)) == "p")
        #expect(head.value(.accept) == nil)
        #expect(head.contentLength == 12)
        #expect(!head.isChunked)
        #expect(head.keepAlive)
        #expect(!head.expectsContinue)
        #expect(head.headerCount == 5)
        #expect(head.version == .http11)
    }
}
