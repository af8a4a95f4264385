// The client's parser of event streams.

import Testing
import VarveHTTP

struct SSEParserTests {
    /// Feeds the text in pieces of the given size; writes each event as `name:data:id`.
    private func events(_ text: String, pieceBytes: Int = .max, limit: Int = 1000) throws(SSEError)
        -> [String]
    {
        var parser = SSEParser(eventBytesMax: limit)
        var found: [String] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(pieceBytes))
            rest = rest.dropFirst(piece.count)
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.count, alignment: 1)
            defer { copy.deallocate() }
            copy.copyBytes(from: piece)
            try parser.feed(UnsafeRawBufferPointer(copy)) {
                found.append(
                    "\($0.name):\(String(decoding: $0.data, as: UTF8.self)):\($0.lastEventID)")
            }
        }
        return found
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func everyKindOfLineEndIsUnderstood(_ end: String) throws {
        let text = ["event: data", "data:a", "data: b", "", "data", "", ""].joined(separator: end)
        #expect(try events(text) == ["data:a\nb:", "message::"])
    }

    @Test func oneLeadingSpaceIsDroppedAndNoMore() throws {
        #expect(try events("data:a\ndata: b\ndata:  c\n\n") == ["message:a\nb\n c:"])
    }

    @Test func commentsUnknownFieldsAndEventsWithoutDataAreIgnored() throws {
        #expect(try events(": hi\nfoo: x\nevent: data\n\ndata: y\n\n") == ["message:y:"])
    }

    @Test func theIDStaysUntilItIsReplaced() throws {
        let text = "id: 1\ndata:a\n\ndata:b\n\nid\ndata:c\n\nid: x\u{0}y\ndata:d\n\n"
        #expect(try events(text) == ["message:a:1", "message:b:1", "message:c:", "message:d:"])
    }

    @Test func aByteOrderMarkIsIgnoredAtTheStartOnly() throws {
        #expect(try events("\u{FEFF}data:a\n\n") == ["message:a:"])
        #expect(try events("data:a\n\n\u{FEFF}data:b\n\n") == ["message:a:"])
    }

    @Test func anUnfinishedEventIsNotDispatched() throws {
        #expect(try events("data:a\n").isEmpty)
        #expect(try events("data:a\n\ndata:b") == ["message:a:"])
    }

    @Test func theReconnectionTimeIsDigitsOnly() throws {
        var parser = SSEParser()
        for (text, expected) in [
            ("retry: 10", UInt64(10)), ("retry: 1x", 10), ("retry", 10), ("retry:7", 7),
        ] {
            try (text + "\n").withBytes { try parser.feed($0) { _ in } }
            #expect(parser.retryMilliseconds == expected)
        }
    }

    @Test func anEventOverTheLimitIsAnError() throws {
        #expect(
            try events("data:" + String(repeating: "a", count: 15) + "\n\n", limit: 20).count == 1)
        #expect(throws: SSEError.eventTooLarge(limit: 20)) {
            try events("data:" + String(repeating: "a", count: 16), limit: 20)
        }
        #expect(throws: SSEError.eventTooLarge(limit: 20)) {
            try events("data:aaaaaaaa\ndata:aaaaaaaa\n", limit: 20)
        }
    }

    @Test func everyPieceSizeGivesTheSame() throws {
        let text =
            "\u{FEFF}event: data\r\ndata:[1,\r\ndata:2]\r\n\r\nid: 3\rdata: x\r\r: c\n\n"
            + "retry: 5\ndata:é\n\n"
        let whole = try events(text)
        #expect(whole.count == 3)
        for size in 1...text.utf8.count {
            #expect(try events(text, pieceBytes: size) == whole)
        }
    }

    @Test func whatTheEncoderWritesComesBack() throws {
        let buffer = OutputBuffer()
        var event = SSEDataEvent(in: buffer, encoding: .text)
        " a\r\nevent: b\r\n\r\n  c".withBytes { event.append($0) }
        event.end()
        #expect(try events(buffer.text) == ["data: a\nevent: b\n\n  c:"])
    }
}
