// Server-sent events as bytes on the wire.

import Testing
import VarveHTTP

struct SSEEncoderTests {
    private func event(_ pieces: [String], _ encoding: SSEDataEvent.Encoding = .text) -> String {
        let buffer = OutputBuffer()
        var event = SSEDataEvent(in: buffer, encoding: encoding)
        for piece in pieces { piece.withBytes { event.append($0) } }
        event.end()
        return buffer.text
    }

    @Test func dataHasNoSpaceBehindItsColon() {
        #expect(event(["[1,2]"]) == "event: data\ndata:[1,2]\n\n")
        #expect(event(["[", "1,2", "]"]) == "event: data\ndata:[1,2]\n\n")
        #expect(event([]) == "event: data\ndata:\n\n")
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func everyLineEndBeginsAnotherDataLine(_ end: String) {
        #expect(event(["a\(end)b"]) == "event: data\ndata:a\ndata:b\n\n")
        #expect(
            event(["a\(end)\(end)event: x\(end)"])
                == "event: data\ndata:a\ndata:\ndata:event: x\ndata:\n\n")
        #expect(
            event(["a"] + end.unicodeScalars.map(String.init) + ["b"])
                == "event: data\ndata:a\ndata:b\n\n")
        #expect(event([end]) == "event: data\ndata:\ndata:\n\n")
    }

    @Test func aLineThatBeginsWithASpaceGetsOneMoreForTheClientToDrop() {
        #expect(event([" a\n  b\nc d"]) == "event: data\ndata:  a\ndata:   b\ndata:c d\n\n")
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func base64IsTheSameInPieces(_ payload: String, _ encoded: String) {
        let expected = "event: data\ndata:\(encoded)\n\n"
        #expect(event([payload], .base64) == expected)
        #expect(event(payload.map(String.init), .base64) == expected)
        for cut in 0...payload.count {
            let pieces = [String(payload.prefix(cut)), String(payload.dropFirst(cut))]
            #expect(event(pieces, .base64) == expected)
        }
    }

    private func control(cursor: UInt64?, upToDate: Bool, closed: Bool) -> String {
        let buffer = OutputBuffer()
        "0_1".withBytes {
            SSEEncoder.append(
                SSEEncoder.Control(
                    nextOffset: $0, cursor: cursor, upToDate: upToDate, closed: closed),
                to: buffer)
        }
        return buffer.text
    }

    @Test func aControlEventIsFlatJSONOnOneLine() {
        #expect(
            control(cursor: 42, upToDate: true, closed: false) == """
                event: control
                data:{"streamNextOffset":"0_1","streamCursor":"42","upToDate":true}


                """)
        #expect(
            control(cursor: 42, upToDate: false, closed: false) == """
                event: control
                data:{"streamNextOffset":"0_1","streamCursor":"42"}


                """)
        #expect(
            control(cursor: nil, upToDate: true, closed: true) == """
                event: control
                data:{"streamNextOffset":"0_1","upToDate":true,"streamClosed":true}


                """)
    }

    @Test func aKeepAliveIsAComment() throws {
        let buffer = OutputBuffer()
        SSEEncoder.appendKeepAlive(to: buffer)
        #expect(buffer.text.hasPrefix(":"))
        var parser = SSEParser()
        try parser.feed(buffer.readable) { Issue.record("\($0) was dispatched") }
    }
}
