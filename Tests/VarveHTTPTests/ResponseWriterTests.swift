// Response heads as bytes on the wire.

import Testing
import VarveHTTP

struct ResponseWriterTests {
    @Test func aHeadIsStatusDateHeadersAndAnEmptyLine() {
        let buffer = OutputBuffer()
        let writer = ResponseWriter(buffer)
        writer.status(.noContent, date: DateLine(unixSeconds: 784_111_777))
        writer.lines("X-Content-Type-Options: nosniff\r\n")
        writer.header("Stream-Next-Offset", hexadecimal: 1, 0x2F)
        writer.header("Stream-Closed", "true")
        writer.header("Producer-Seq", decimal: 7)
        writer.header("Location", text: "http://h/a")
        writer.header("ETag") { $0.append("\"a\"") }
        writer.end()
        #expect(
            buffer.text == """
                HTTP/1.1 204 No Content\r
                Date: Sun, 06 Nov 1994 08:49:37 GMT\r
                X-Content-Type-Options: nosniff\r
                Stream-Next-Offset: 0000000000000001_000000000000002f\r
                Stream-Closed: true\r
                Producer-Seq: 7\r
                Location: http://h/a\r
                ETag: "a"\r
                \r

                """)
    }

    @Test func noValueCanEndItsLine() {
        let buffer = OutputBuffer()
        let writer = ResponseWriter(buffer)
        "a\r\nSet-Cookie: x\u{0}\u{7F}\tb".withBytes { writer.header("A", $0) }
        writer.header("B", text: "\n\n")
        writer.header("C") { $0.append("1\r\n\r\n2") }
        #expect(buffer.text == "A: a  Set-Cookie: x  \tb\r\nB:   \r\nC: 1    2\r\n")
    }

    @Test(arguments: [0, 7, 12_345, Int.max])
    func aContentLengthMaySetItsNumberAfterTheBody(_ length: Int) throws {
        let buffer = OutputBuffer()
        let writer = ResponseWriter(buffer)
        buffer.append("HTTP/1.1 200 OK\r\n")
        let mark = writer.contentLengthLater()
        writer.end()
        buffer.append("body")
        writer.setContentLength(mark, length)
        var parser = ResponseParser()
        #expect(parser.parse(buffer.readable) == .head(length: buffer.count - 4))
        #expect(parser.head.contentLength == UInt64(length))
    }

    @Test func aContentLengthIsWrittenAtOnceWhereItIsKnown() {
        let buffer = OutputBuffer()
        ResponseWriter(buffer).contentLength(42)
        #expect(buffer.text == "Content-Length: 42\r\n")
    }

    @Test(arguments: HTTPStatus.allCases)
    func everyStatusLineHasItsNumberAndAReason(_ status: HTTPStatus) {
        let line = "\(status.line)"
        let reason = String(decoding: status.reason, as: UTF8.self)
        #expect(line == "HTTP/1.1 \(status.rawValue) \(reason)\r\n")
        #expect(!reason.isEmpty)
        #expect(status.forbidsBody == [100, 204, 304].contains(status.rawValue))
    }

    @Test func aChunkGetsItsSizeWhenItEnds() {
        let buffer = OutputBuffer()
        let first = ChunkWriter.open(in: buffer)
        buffer.append(text: String(repeating: "x", count: 300))
        ChunkWriter.close(first, in: buffer)
        let second = ChunkWriter.open(in: buffer)
        ChunkWriter.close(second, in: buffer)
        buffer.append(ChunkWriter.end)
        #expect(buffer.text == "0000012c\r\n\(String(repeating: "x", count: 300))\r\n0\r\n\r\n")
        var decoder = ChunkedDecoder()
        var position = 0
        #expect(decoder.next(buffer.readable, from: &position) == .content(10..<310))
        #expect(decoder.next(buffer.readable, from: &position) == .finished)
        #expect(position == buffer.count)
    }
}
