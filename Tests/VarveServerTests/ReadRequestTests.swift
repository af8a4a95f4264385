import Testing
import VarveLog
import VarveStreams

@testable import VarveServer

/// What a GET's query asks for.
@Suite("ReadRequest")
struct ReadRequestTests {
    private func parse(_ query: String) -> Result<ReadRequest, Refusal> {
        var query = query
        return query.withUTF8 { ReadRequest.parse(UnsafeRawBufferPointer($0)) }
    }

    private func request(_ query: String) throws -> ReadRequest { try parse(query).get() }

    private func code(_ query: String) -> String {
        guard case .failure(let refusal) = parse(query) else { return "none" }
        return "\(refusal.problem.code)"
    }

    @Test("without a query it is a catch-up from the start")
    func empty() throws {
        let request = try request("")
        #expect(request.start == .start)
        #expect(request.mode == .catchUp)
        #expect(request.cursor == nil)
    }

    @Test("offsets are tokens or sentinels, decoded")
    func offsets() throws {
        let token = "0000000000000002_000000000000000a"
        #expect(try request("offset=-1").start == .start)
        #expect(try request("offset=now").start == .now)
        #expect(try request("offset=now").isFromNow)
        #expect(
            try request("offset=\(token)").start == .position(StreamPosition(record: 2, byte: 10)))
        #expect(try request("offset=%2D1").start == .start)
        #expect(try request("a=b&offset=-1&c").start == .start)
    }

    @Test(
        "offsets that are none are refused",
        arguments: [
            "offset=", "offset", "offset=x", "offset=-2", "offset=-1&offset=-1", "offset=%zz",
            "offset=%2", "offset=0000000000000002_000000000000000A",
            "offset=0000000000000002_000000000000000a0",
        ])
    func invalidOffsets(_ query: String) {
        #expect(code(query) == "invalid-offset")
    }

    @Test("live modes need an offset")
    func modes() throws {
        #expect(try request("offset=-1&live=long-poll").mode == .longPoll)
        #expect(try request("live=sse&offset=now").mode == .events)
        #expect(code("live=sse") == "offset-required")
        #expect(code("live=long-poll") == "offset-required")
        #expect(code("offset=-1&live=") == "invalid-live-mode")
        #expect(code("offset=-1&live=sse&live=sse") == "invalid-live-mode")
    }

    @Test("cursors are digits, and anything else counts as absent")
    func cursors() throws {
        #expect(try request("cursor=12").cursor == 12)
        for query in [
            "cursor=", "cursor=x", "cursor=-1", "cursor=9007199254740993", "cursor=1&cursor=2",
        ] {
            #expect(try request(query).cursor == nil, "\(query)")
        }
    }
}
