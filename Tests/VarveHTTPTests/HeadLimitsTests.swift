// The limits of message heads: at the limit all is well, one over it is refused, and a head that
// never ends is refused as soon as it is over.

import Testing
import VarveHTTP

/// Refusal of heads that are too large.
struct HeadLimitsTests {
    private let limits = HeadLimits(headBytesMax: 1024, headersMax: 4, targetBytesMax: 300)

    private func request(targetBytes: Int) -> String {
        "GET /\(String(repeating: "a", count: targetBytes - 1)) HTTP/1.1\r\nHost: h\r\n\r\n"
    }

    @Test func aTargetOverTheLimitIs414() {
        #expect(ParserProbe(request(targetBytes: 300), limits: limits).error == nil)
        #expect(ParserProbe(request(targetBytes: 301), limits: limits).error == .targetTooLong)
        #expect(ParserProbe(request(targetBytes: 900), limits: limits).error == .targetTooLong)
        #expect(HTTPError.targetTooLong.status == .uriTooLong)
    }

    @Test func aTargetWithoutEndIs414BeforeItsLineEnds() {
        let line = "GET /" + String(repeating: "a", count: 400)
        #expect(ParserProbe(line, limits: limits).error == .targetTooLong)
    }

    @Test func aMethodWithoutEndIs501AndGarbageWithoutEndIs400() {
        #expect(
            ParserProbe(String(repeating: "A", count: 400), limits: limits).error
                == .methodNotImplemented)
        #expect(
            ParserProbe("A" + String(repeating: "\"", count: 400), limits: limits).error
                == .malformedRequestLine)
    }

    @Test func aHeadOverTheLimitIs431() {
        let frame = "GET / HTTP/1.1\r\nHost: h\r\nX: \r\n\r\n"
        let room = 1024 - frame.utf8.count
        for (extra, error) in [(0, nil), (1, HTTPError.headTooLarge)] {
            let value = String(repeating: "v", count: room + extra)
            let text = "GET / HTTP/1.1\r\nHost: h\r\nX: \(value)\r\n\r\n"
            #expect(ParserProbe(text, limits: limits).error == error)
        }
        #expect(HTTPError.headTooLarge.status == .requestHeaderFieldsTooLarge)
    }

    @Test func aHeadWithoutEndIs431() {
        let text = "GET / HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "v", count: 1024)
        #expect(ParserProbe(text, limits: limits).error == .headTooLarge)
    }

    @Test func oneHeaderTooManyIs431() {
        let lines = "Host: h\r\nA: 1\r\nB: 2\r\nC: 3\r\n"
        #expect(ParserProbe("GET / HTTP/1.1\r\n\(lines)\r\n", limits: limits).error == nil)
        #expect(
            ParserProbe("GET / HTTP/1.1\r\n\(lines)D: 4\r\n\r\n", limits: limits).error
                == .tooManyHeaders)
        #expect(HTTPError.tooManyHeaders.status == .requestHeaderFieldsTooLarge)
    }

    @Test func limitsThatCannotBeKeptAreBroughtIntoRange() {
        let huge = HeadLimits(headBytesMax: .max, headersMax: .max, targetBytesMax: .max)
        #expect(huge.headBytesMax == HeadLimits.headBytesCeiling)
        #expect(huge.targetBytesMax == HeadLimits.headBytesCeiling)
        let tiny = HeadLimits(headBytesMax: -1, headersMax: -1, targetBytesMax: -1)
        #expect(tiny.headBytesMax == 256)
        #expect(tiny.headersMax == 1)
        #expect(tiny.targetBytesMax == 1)
    }

    @Test func aHeadAtTheCeilingKeepsItsPositions() {
        let limits = HeadLimits(headBytesMax: .max, headersMax: 10, targetBytesMax: .max)
        let frame = "GET / HTTP/1.1\r\nHost: h\r\nX: \r\nAccept: z\r\n\r\n"
        let filler = String(repeating: "v", count: HeadLimits.headBytesCeiling - frame.utf8.count)
        let probe = ParserProbe(
            "GET / HTTP/1.1\r\nHost: h\r\nX: \(filler)\r\nAccept: z\r\n\r\n", limits: limits)
        #expect(probe.outcome == .head(length: HeadLimits.headBytesCeiling))
        #expect(probe.text(probe.parser.head.value(.accept)) == "z")
    }
}
