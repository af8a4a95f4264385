import ServerProcess
import Testing
import VarveConnect
import VarveServer

@Suite("The store's streams over a socket")
struct StoreStreamTests {
    typealias Path = StoreCaller.Path

    /// A subscription to every key.
    private static func everything(since: UInt64? = nil) -> SubscribeRequest {
        SubscribeRequest(selectors: [KeySelector(prefix: [], pattern: "")], since: since)
    }

    private static func pair(_ key: String, _ value: String = "") -> KeyValue {
        KeyValue(key: Array(key.utf8), value: Array(value.utf8))
    }

    @Test(
        "A range has both its ends, and none, and either order", arguments: MessageFormat.allCases)
    func aRangeHasBothItsEnds(format: MessageFormat) throws {
        let server = try StoreServer()
        try server.put(["a": "", "b": "", "c": "", "d": ""])
        let caller = try server.caller(format)
        func keys(
            _ start: String, _ end: String, limit: UInt32? = nil,
            mode: Int32 = RangeRequest.Mode.forward
        ) throws -> [String] {
            let frames = try caller.stream(
                Path.range,
                RangeRequest(
                    start: Array(start.utf8), end: Array(end.utf8), limit: limit, batchSize: 3,
                    mode: mode), RangeFrame.self)
            #expect(frames.allSatisfy { $0.detail == QueryDetail(sequence: 1) })
            return frames.map { $0.rows.map { String(decoding: $0.key, as: UTF8.self) }.joined() }
        }
        let reverse = RangeRequest.Mode.reverse
        #expect(try keys("b", "c") == ["bc"])
        #expect(try keys("", "") == ["abc", "d"])
        #expect(try keys("c", "") == ["cd"])
        #expect(try keys("", "b") == ["ab"])
        #expect(try keys("a", "c", mode: reverse) == ["cba"])
        #expect(try keys("", "", mode: reverse) == ["dcb", "a"])
        #expect(try keys("", "", limit: 2, mode: reverse) == ["dc"])
        #expect(try keys("", "", limit: 3) == ["abc"])
        // Exactly one empty frame where there is nothing.
        #expect(try keys("", "", limit: 0) == [""])
        #expect(try keys("d", "a") == [""])
        #expect(try keys("x", "z") == [""])
    }

    @Test("Frames are bounded by rows and by bytes")
    func framesAreBounded() throws {
        let server = try StoreServer {
            $0.maxBodyBytes = 16 << 20; $0.journalFileBytes = 64 << 20
        }
        let caller = try server.caller()
        let small = (0..<5000).map { KeyValue(key: Array("s\(10_000 + $0)".utf8), value: []) }
        #expect(try caller.put(small) == 1)
        let large = (0..<10).map {
            KeyValue(key: Array("l\($0)".utf8), value: [UInt8](repeating: 1, count: 1 << 20))
        }
        #expect(try caller.put(large) == 2)
        let rows = try caller.stream(
            Path.range, RangeRequest(start: Array("s".utf8), batchSize: .max), RangeFrame.self)
        #expect(rows.map(\.rows.count) == [4096, 904])
        let bytes = try caller.stream(
            Path.range, RangeRequest(end: Array("m".utf8), batchSize: 4096), RangeFrame.self)
        #expect(bytes.map(\.rows.count) == [4, 4, 2])
        let many = try caller.stream(
            Path.getMany, GetManyRequest(keys: large.map(\.key), batchSize: 4096),
            GetManyFrame.self)
        #expect(many.map(\.entries.count) == [4, 4, 2])
    }

    @Test("One range sees one state while puts go on")
    func oneRangeSeesOneState() throws {
        let server = try StoreServer {
            $0.maxBodyBytes = 16 << 20; $0.journalFileBytes = 64 << 20
        }
        let writer = try server.caller()
        let value = [UInt8](repeating: 1, count: 1 << 20)
        #expect(try writer.put((0..<9).map { .init(key: [$0], value: value) }) == 1)
        let frames = try server.caller().open(Path.range, RangeRequest(batchSize: 1))
        let first = try frames.next(RangeFrame.self)
        #expect(first?.rows.first?.key == [0])
        #expect(try writer.put((0..<9).map { .init(key: [$0], value: [2]) }) == 2)
        for key in 1..<9 as Range<UInt8> {
            let frame = try frames.next(RangeFrame.self)
            #expect(frame?.rows.first?.key == [key])
            #expect(frame?.rows.first?.value == value)
            #expect(frame?.detail == QueryDetail(sequence: 1))
        }
        #expect(try frames.next(RangeFrame.self) == nil)
    }

    @Test("A subscription replays and goes on live, without gap or repeat")
    func aSubscriptionReplaysAndGoesOnLive() throws {
        let server = try StoreServer()
        let writer = try server.caller()
        for _ in 0..<50 { _ = try writer.put([Self.pair("k")]) }
        let frames = try server.caller().open(Path.subscribe, Self.everything(since: 11))
        for sequence in 11...200 as ClosedRange<UInt64> {
            if sequence.isMultiple(of: 2), sequence <= 150 {
                _ = try writer.put([Self.pair("k"), Self.pair("k")])
                _ = try writer.put([Self.pair("l")])
            }
            guard sequence <= 50 + 2 * 70 else { break }
            #expect(try frames.next(BatchResponse.self)?.sequence == sequence)
        }
    }

    @Test("A subscription without a beginning hears what comes", arguments: [nil, 0] as [UInt64?])
    func aSubscriptionHearsWhatComes(since: UInt64?) throws {
        let server = try StoreServer()
        let writer = try server.caller(.json)
        _ = try writer.put([Self.pair("old")])
        let frames = try server.caller(.json).open(Path.subscribe, Self.everything(since: since))
        _ = try writer.put([Self.pair("new", "1")])
        #expect(
            try frames.next(BatchResponse.self)
                == BatchResponse(sequence: 2, entries: [Self.pair("new", "1")]))
    }

    @Test("Any selector and any filter choose an entry; the others are left out")
    func selectorsAndFiltersChoose() throws {
        let server = try StoreServer()
        let writer = try server.caller()
        let request = SubscribeRequest(
            selectors: [
                KeySelector(prefix: Array("a/".utf8), pattern: "^[0-9]$"),
                KeySelector(prefix: Array("b/".utf8), pattern: ""),
            ], filters: [.exact(Array("yes".utf8)), .pattern("^o.$"), .prefix(Array("p".utf8))])
        let frames = try server.caller().open(Path.subscribe, request)
        _ = try writer.put([Self.pair("a/x", "yes"), Self.pair("a/1", "no"), Self.pair("c", "yes")])
        _ = try writer.put([
            Self.pair("a/1", "yes"), Self.pair("b/", "ok"), Self.pair("b/x", "never"),
            Self.pair("b/y", "pq"),
        ])
        #expect(
            try frames.next(BatchResponse.self)
                == BatchResponse(
                    sequence: 2,
                    entries: [
                        Self.pair("a/1", "yes"), Self.pair("b/", "ok"), Self.pair("b/y", "pq"),
                    ]))
    }

    @Test("A subscription that makes no sense is refused by reason")
    func aSubscriptionThatMakesNoSenseIsRefused() throws {
        let server = try StoreServer()
        let caller = try server.caller()
        let all = KeySelector(prefix: [], pattern: "")
        let wrong = KeySelector(prefix: [], pattern: "(")
        for (request, reason, field) in [
            (SubscribeRequest(selectors: []), "INVALID_FILTER", "selectors"),
            (
                SubscribeRequest(selectors: Array(repeating: all, count: 17)), "INVALID_FILTER",
                "selectors"
            ),
            (
                SubscribeRequest(selectors: [all], filters: [.none]), "INVALID_FILTER",
                "value_filters[0]"
            ),
            (
                SubscribeRequest(selectors: [all, wrong]), "INVALID_PATTERN",
                "selectors[1].payload_regex"
            ),
            (
                SubscribeRequest(selectors: [all], filters: [.exact([]), .pattern("[")]),
                "INVALID_PATTERN", "value_filters[1].regex"
            ),
        ] {
            let error = #expect(throws: ConnectError.self) {
                try caller.stream(Path.subscribe, request, BatchResponse.self)
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.detail(ErrorInfo.self)?.reason == reason)
            #expect(error?.detail(BadRequest.self)?.violations.map(\.field) == [field])
        }
    }

    @Test("A silent subscription tells how far the log is, when it is asked to")
    func aSilentSubscriptionTells() throws {
        let server = try StoreServer { $0.eventStreamKeepAliveMilliseconds = 20 }
        let request = SubscribeRequest(selectors: [KeySelector(prefix: [9], pattern: "")])
        let frames = try server.caller().open(
            Path.subscribe, request, headers: [("Store-Heartbeat", "True")])
        #expect(try frames.next(BatchResponse.self) == BatchResponse(sequence: 0, entries: []))
        try server.put(["a": "1"])
        var last = BatchResponse(sequence: 0, entries: [])
        while last.sequence == 0 { last = try #require(try frames.next(BatchResponse.self)) }
        #expect(last == BatchResponse(sequence: 1, entries: []))
        // Who waits for a batch to come is not told that it is almost there.
        let early = try server.caller().open(
            Path.subscribe, SubscribeRequest(selectors: request.selectors, since: 50),
            headers: [("Store-Heartbeat", "true")])
        #expect(try early.next(BatchResponse.self) == BatchResponse(sequence: 1, entries: []))
    }

    @Test("A call's time ends its stream")
    func aCallsTimeEndsItsStream() throws {
        let server = try StoreServer()
        let frames = try server.caller().open(
            Path.subscribe, Self.everything(), headers: [("Connect-Timeout-Ms", "30")])
        let error = #expect(throws: ConnectError.self) { try frames.next(BatchResponse.self) }
        #expect(error?.code == .deadlineExceeded)
    }

    @Test("A subscriber that reads nothing slows nobody and gets everything later")
    func aStalledSubscriberSlowsNobody() throws {
        let server = try StoreServer { $0.connectionOutputBytesMax = 64 << 10 }
        let stalled = try server.caller().open(Path.subscribe, Self.everything())
        let lively = try server.caller().open(Path.subscribe, Self.everything())
        let writer = try server.caller()
        let value = [UInt8](repeating: 7, count: 256 << 10)
        for sequence in 1...80 as ClosedRange<UInt64> {
            #expect(try writer.put([.init(key: [1], value: value)]) == sequence)
            #expect(try lively.next(BatchResponse.self)?.sequence == sequence)
        }
        for sequence in 1...80 as ClosedRange<UInt64> {
            #expect(try stalled.next(BatchResponse.self)?.sequence == sequence)
        }
    }

    @Test("A subscriber that leaves is forgotten")
    func aSubscriberThatLeavesIsForgotten() throws {
        let server = try StoreServer()
        do {
            let caller = try server.caller()
            _ = try caller.open(Path.subscribe, Self.everything())
            #expect(server.metrics.contains("varve_store_subscribers 1"))
        }
        let deadline = ContinuousClock.now + .seconds(300)
        while !server.metrics.contains("varve_store_subscribers 0") {
            try #require(ContinuousClock.now < deadline)
        }
        #expect(try server.put(["a": "1"]) == 1)
    }

    @Test("What was dropped is told, with the oldest batch that is left")
    func whatWasDroppedIsTold() throws {
        let directory = try TemporaryDirectory()
        let server = try StoreServer { $0.storage = .directory(directory.path) }
        let caller = try server.caller()
        for _ in 0..<10 { _ = try caller.put([Self.pair("k")]) }
        let kept = try caller.call(
            Path.setRetention, SetRetentionRequest(.keepLatest(count: 3)),
            SetRetentionResponse.self)
        #expect(kept.oldestRetained == 8)
        let unary = #expect(throws: ConnectError.self) {
            try caller.call(Path.batch, BatchRequest(sequence: 7), BatchResponse.self)
        }
        let streamed = #expect(throws: ConnectError.self) {
            try caller.stream(Path.subscribe, Self.everything(since: 7), BatchResponse.self)
        }
        for error in [unary, streamed] {
            #expect(error?.code == .outOfRange)
            let info = error?.detail(ErrorInfo.self)
            #expect(info?.reason == "BATCH_EVICTED")
            #expect(info?.metadata == ["oldest_retained": "8"])
        }
        let cleared = try caller.call(
            Path.setRetention, SetRetentionRequest(nil), SetRetentionResponse.self)
        #expect(cleared.oldestRetained == 8)
        for wrong in [#"{"policy":{}}"#, #"{"policy":{"keepLatest":{}}}"#] {
            let response = try caller.post(
                Path.setRetention, Array(wrong.utf8), type: "application/json")
            #expect(response.status == 400)
            #expect(response.text.contains("invalid_argument"))
        }
    }

    @Test("A client that leaves in the middle of its Put leaves subscribers woken")
    func aClientThatLeavesLeavesSubscribersWoken() throws {
        let server = try StoreServer()
        let frames = try server.caller().open(Path.subscribe, Self.everything())
        for (index, count) in [1, 300_000].enumerated() {
            let value = [UInt8](repeating: 1, count: count)
            let body = try MessageFormat.proto.encode(PutRequest([.init(key: [1], value: value)]))
            do {
                let leaving = try RawConnection(port: server.port)
                try leaving.send(
                    "POST", Path.put, headers: [("Content-Type", "application/proto")], body: body)
            }
            let heard = try frames.next(BatchResponse.self)
            #expect(heard?.sequence == UInt64(index + 1))
            #expect(heard?.entries.first?.value == value)
        }
    }

    @Test("A server that stops ends its streams in order")
    func aServerThatStopsEndsItsStreams() throws {
        var server: StoreServer? = try StoreServer()
        let frames = try #require(try server?.caller().open(Path.subscribe, Self.everything()))
        server = nil
        let error = #expect(throws: ConnectError.self) { try frames.next(BatchResponse.self) }
        #expect(error?.code == .unavailable)
        #expect(error?.detail(ErrorInfo.self)?.reason == "SHUTTING_DOWN")
    }
}
