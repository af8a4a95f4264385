import Foundation
import FoundationNetworking
import Testing

@testable import VarveClient

/// Live answers as bytes, wherever the network splits them.
@Suite struct EventDecoderTests {
    /// A decoder for an answer with these headers.
    private func decoder(
        _ headers: [String: String] = [:], eventBytesMax: Int = 1 << 20
    ) throws -> EventDecoder {
        let url = try #require(URL(string: "http://127.0.0.1/s"))
        let response = try #require(
            HTTPURLResponse(
                url: url, statusCode: 200, httpVersion: "HTTP/1.1", headerFields: headers))
        return EventDecoder(
            head: AnswerHead(status: 200, response: response, subject: "GET /s"),
            contentType: "text/plain", eventBytesMax: eventBytesMax)
    }

    private let answer =
        ": hello\n\nevent: data\ndata:one\ndata:two\n\nevent: control\n"
        + #"data:{"streamNextOffset":"1_7","streamCursor":"9","upToDate":true}"# + "\n\n"
        + "event: data\ndata:three\n\nevent: control\n"
        + #"data:{"streamNextOffset":"2_c","streamClosed":true}"# + "\n\n"

    @Test func `batches are the same wherever the answer is split`() throws {
        let bytes = Data(answer.utf8)
        for split in 0...bytes.count {
            var decoder = try decoder()
            let events =
                try decoder.events(in: bytes.prefix(split))
                + decoder.events(in: bytes.dropFirst(split))
            #expect(events.map(\.batch.content.text) == ["one\ntwo", "three"])
            #expect(events.map(\.batch.nextOffset.token) == ["1_7", "2_c"])
            #expect(events.map(\.batch.isClosed) == [false, true])
            #expect(events.map(\.batch.isUpToDate) == [true, true])
            #expect(events.map(\.cursor) == ["9", nil])
        }
    }

    @Test func `content without its control event is not given out`() throws {
        var decoder = try decoder()
        let end = try #require(answer.range(of: "event: control")).lowerBound
        #expect(try decoder.events(in: Data(answer[..<end].utf8)).isEmpty)
    }

    @Test func `base64 is decoded when the head says so`() throws {
        var decoder = try decoder(["Stream-SSE-Data-Encoding": "base64"])
        let events = try decoder.events(
            in:
                Data(
                    """
                    event: data
                    data:AAEC/w==

                    event: control
                    data:{"streamNextOffset":"1_4"}


                    """.utf8))
        #expect(events.first?.batch.content == Data([0, 1, 2, 255]))
    }

    @Test(arguments: [
        "event: control\ndata:{}\n\n", "event: control\ndata:nonsense\n\n",
        "event: control\ndata:{\"streamNextOffset\":7}\n\n",
    ])
    func `a control event that is none of the protocol is an error`(text: String) throws {
        var decoder = try decoder()
        let error = #expect(throws: ClientError.self) { try decoder.events(in: Data(text.utf8)) }
        #expect(error?.kind == .invalidAnswer)
    }

    @Test func `an event over the limit is an error, not memory`() throws {
        var decoder = try decoder(eventBytesMax: 100)
        let error = #expect(throws: ClientError.self) {
            try decoder.events(in: Data("data:\(String(repeating: "x", count: 200))".utf8))
        }
        #expect(error?.kind == .invalidAnswer)
    }
}

extension EventDecoder {
    /// What a piece of an answer completes.
    fileprivate mutating func events(in bytes: Data) throws(ClientError) -> [Event] {
        var events: [Event] = []
        _ = try decode(bytes) { event, _ in events.append(event) }
        return events
    }
}
