// The head parser: what it reads from well-formed heads.

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

    @Test(arguments: HTTPMethod.allCases.filter { $0 != .unknown })
    func everyMethodIsKnownByItsExactName(_ method: HTTPMethod) {
        #expect(
            ParserProbe("\(method.name) / HTTP/1.1\r\nHost: h\r\n\r\n").parser.head.method == method
        )
        let small = "\(method.name)".lowercased()
        #expect(
            ParserProbe("\(small) / HTTP/1.1\r\nHost: h\r\n\r\n").parser.head.method == .unknown)
    }

    @Test(arguments: ["BREW", "G", "PUTS", "GETGET", "M-SEARCH", "PROPFIND", "x!#$%&'*+.^_`|~9"])
    func aMethodThatIsNotKnownIsReadAndLeftToTheRouter(_ method: String) {
        let probe = ParserProbe("\(method) / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(probe.error == nil)
        #expect(probe.parser.head.method == .unknown)
        #expect(probe.text(probe.parser.head.methodName) == method)
    }

    @Test(arguments: [
        ("/", "/", ""), ("/?", "/", ""), ("/a?b?c", "/a", "b?c"), ("//x", "//x", ""),
        ("http://h", "", ""), ("http://h?q", "", "q"), ("HTTP://h/p?q=1", "/p", "q=1"),
        ("https://h:8443/p", "/p", ""),
    ])
    func aTargetSplitsAtItsFirstQuestionMark(_ target: String, _ path: String, _ query: String) {
        let probe = ParserProbe("GET \(target) HTTP/1.1\r\nHost: other\r\n\r\n")
        #expect(probe.error == nil)
        #expect(probe.text(probe.parser.head.path) == path)
        #expect(probe.text(probe.parser.head.query) == query)
        #expect(probe.parser.head.hasQuery == target.contains("?"))
    }

    @Test func theAuthorityOfAnAbsoluteTargetGoesBeforeTheHostHeader() {
        let absolute = ParserProbe("GET http://a:1/p HTTP/1.1\r\nHost: b\r\n\r\n")
        #expect(absolute.text(absolute.parser.head.authority) == "a:1")
        let origin = ParserProbe("GET /p HTTP/1.1\r\nHost: b\r\n\r\n")
        #expect(origin.text(origin.parser.head.authority) == "b")
    }

    @Test func theAsteriskIsATargetOfOptionsOnly() {
        let options = ParserProbe("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(options.text(options.parser.head.path) == "*")
        #expect(ParserProbe("GET * HTTP/1.1\r\nHost: h\r\n\r\n").error == .malformedTarget)
        #expect(ParserProbe("OPTIONS ** HTTP/1.1\r\nHost: h\r\n\r\n").error == .malformedTarget)
    }

    @Test func anEmptyPathOfAnAbsoluteTargetReadsAsTheRoot() {
        let probe = ParserProbe("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n")
        probe.bytes.withUnsafeBytes { bytes in
            let view = RequestView(
                head: probe.parser.head, bytes: bytes,
                body: UnsafeRawBufferPointer(start: nil, count: 0))
            #expect(Array(view.path) == Array("/".utf8))
            #expect(Array(view.authority) == Array("h".utf8))
        }
    }

    @Test func aVersionBehind11CountsAs11AndHTTP10IsKnown() {
        #expect(ParserProbe("GET / HTTP/1.9\r\nHost: h\r\n\r\n").parser.head.version == .http11)
        #expect(ParserProbe("GET / HTTP/1.0\r\n\r\n").parser.head.version == .http10)
        #expect(ParserProbe("GET / HTTP/1.0\r\n\r\n").error == nil)
    }

    @Test(arguments: [
        ("1.1", "", true), ("1.1", "close", false), ("1.1", "Close", false),
        ("1.1", "keep-alive, close", false), ("1.1", "upgrade", true), ("1.0", "", false),
        ("1.0", "Keep-Alive", true), ("1.0", "keep-alive, close", false), ("1.1", ",close,", false),
        ("1.1", "closed", true),
    ])
    func theConnectionIsKeptAsVersionAndOptionsSay(
        _ version: String, _ options: String, _ keepAlive: Bool
    ) {
        let line = options.isEmpty ? "" : "Connection: \(options)\r\n"
        let probe = ParserProbe("GET / HTTP/\(version)\r\nHost: h\r\n\(line)\r\n")
        #expect(probe.parser.head.keepAlive == keepAlive)
    }

    @Test func everyConnectionLineCounts() {
        let probe = ParserProbe(
            "GET / HTTP/1.1\r\nHost: h\r\nConnection: foo\r\nConnection: close\r\n\r\n")
        #expect(!probe.parser.head.keepAlive)
    }

    @Test func continueIsExpectedOnlyByHTTP11() {
        let line = "Host: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n"
        #expect(ParserProbe("PUT / HTTP/1.1\r\n" + line).parser.head.expectsContinue)
        #expect(!ParserProbe("PUT / HTTP/1.0\r\n" + line).parser.head.expectsContinue)
    }

    @Test func oneEmptyLineBeforeTheRequestIsIgnored() {
        let probe = ParserProbe("\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(probe.outcome == .head(length: probe.bytes.count))
        #expect(probe.text(probe.parser.head.path) == "/x")
        #expect(ParserProbe("\r\n\r\nGET / HTTP/1.1\r\n").error == .malformedRequestLine)
    }

    @Test func aRepeatedHeaderKeepsItsFirstValueAndIsMarked() {
        let probe = ParserProbe(
            "POST / HTTP/1.1\r\nHost: h\r\nStream-Seq: a\r\nAccept: b\r\nstream-seq: c\r\n\r\n")
        let head = probe.parser.head
        #expect(probe.text(head.value(.streamSeq)) == "a")
        #expect(head.isRepeated(.streamSeq))
        #expect(!head.isRepeated(.accept))
        #expect(!head.isRepeated(.range))
    }

    @Test func aHeaderMayBeEmptyAndMayHoldTabsAndBytesFrom0x80() {
        var bytes = Array("GET / HTTP/1.1\r\nHost: h\r\nStream-Seq:\r\nAccept: a\tb".utf8)
        bytes += [0x80, 0xFF] + Array("\r\n\r\n".utf8)
        let probe = ParserProbe(bytes)
        #expect(probe.text(probe.parser.head.value(.streamSeq)) == "")
        #expect(probe.parser.head.value(.accept)?.count == 5)
    }

    @Test func theParserIsReusedForTheNextRequest() {
        var parser = RequestParser()
        let first = Array("POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n".utf8)
        let second = Array("GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".utf8)
        #expect(first.withUnsafeBytes { parser.parse($0) } == .head(length: first.count))
        parser.reset()
        #expect(second.withUnsafeBytes { parser.parse($0) } == .head(length: second.count))
        #expect(parser.head.contentLength == nil)
        #expect(parser.head.query.isEmpty)
        #expect(!parser.head.keepAlive)
        parser.reset()
        #expect(first.withUnsafeBytes { parser.parse($0) } == .head(length: first.count))
        #expect(parser.head.keepAlive)
    }

    @Test func theFieldsOfAHeadAreWalkedInOrder() {
        let probe = ParserProbe(
            "\r\nGET / HTTP/1.1\r\nHost: h\r\nX-A:  1 \r\nX-A: 2\r\nB:\r\n\r\nbody: no")
        probe.bytes.withUnsafeBytes { bytes in
            let view = RequestView(
                head: probe.parser.head, bytes: bytes,
                body: UnsafeRawBufferPointer(start: nil, count: 0))
            let fields = view.fields.map {
                String(decoding: $0.name, as: UTF8.self) + "="
                    + String(decoding: $0.value, as: UTF8.self)
            }
            #expect(fields == ["Host=h", "X-A=1", "X-A=2", "B="])
        }
    }
}
