import ServerProcess
import Testing
import VarveConnect
import VarveServer

@Suite("What the store keeps off the event loops, and out of memory")
struct StoreLoopTests {
    typealias Path = StoreCaller.Path

    /// A method, and one that keeps busy the only thread that serves it.
    private struct Case: CustomTestStringConvertible {
        let path: String
        let isStream: Bool
        let isChore: Bool

        var testDescription: String { path }

        init(_ path: String, isStream: Bool = false, isChore: Bool = false) {
            self.path = path
            self.isStream = isStream
            self.isChore = isChore
        }
    }

    @Test("A reduction of more rows than one turn takes is of all of them, in one state")
    func aReductionInTurnsIsOfAllRows() throws {
        let server = try StoreServer()
        let caller = try server.caller(.json)
        let row = [0x01, 0x01, 0x00] + [UInt8](repeating: 0, count: 7) + [0x05]
        let entries = (0..<20_000).map { number in
            KeyValue(key: Array("\(100_000 + number)".utf8), value: row)
        }
        #expect(try server.caller().put(entries) == 1)
        let sum = #"{"op":"SUM_FIELD","expr":{"field":{"value":{"index":0}}}}"#
        let answer = try caller.post(
            Path.reduce, Array("{\"params\":{\"reducers\":[{\"op\":0},\(sum)]}}".utf8))
        #expect(
            answer.text
                == #"{"results":[{"value":{"uint64Value":"20000"}},"#
                + #"{"value":{"int64Value":"100000"}}],"detail":{"sequenceNumber":"1"}}"#)
    }

    private static let cases = [
        Case(Path.get), Case(Path.reduce), Case(Path.getMany, isStream: true),
        Case(Path.range, isStream: true), Case(Path.subscribe, isStream: true),
        Case(Path.put), Case(Path.prune, isChore: true), Case(Path.setRetention, isChore: true),
    ]

    @Test(
        "A large request is taken apart by a pool, and nobody on its loop waits", arguments: cases)
    private func aLargeRequestIsTakenApartByAPool(of: Case) throws {
        let indexes = HeldIndexes()
        let server = try StoreServer(indexes: indexes) { $0.readThreads = 1 }
        try server.put(["a": "1"])
        indexes.hold(true)
        defer { indexes.hold(false) }
        // The only thread of that pool is busy.
        let busy = try server.caller()
        let type = ("Content-Type", "application/proto")
        if of.isChore {
            let everything = PruneRequest.Policy(
                selector: KeySelector(prefix: [1], pattern: ""), retain: .dropAll)
            try busy.connection.send(
                "POST", Path.prune, headers: [type],
                body: try MessageFormat.proto.encode(PruneRequest([everything])))
        } else {
            try busy.connection.send(
                "POST", Path.get, headers: [type],
                body: try MessageFormat.proto.encode(GetRequest(key: [1])))
        }
        #expect(indexes.waitForOne())

        // The first field, of 100,000 zeros: a key that is too long, or no message at all.
        let message = [0x0A, 0xA0, 0x8D, 0x06] + [UInt8](repeating: 0, count: 100_000)
        let large = try RawConnection(port: server.port)
        try large.send(
            "POST", of.path,
            headers: [
                ("Content-Type", of.isStream ? "application/connect+proto" : "application/proto")
            ], body: of.isStream ? Envelope(flags: 0, payload: message).bytes : message)
        let other = try RawConnection(port: server.port)
        for _ in 1...20 { #expect(try other.request("GET", "/health").status == 200) }
        #expect(!large.hasInput)

        indexes.hold(false)
        #expect(try busy.connection.receive().status == 200)
        let answer = try large.receive()
        #expect(answer.status == (of.isStream ? 200 : 400))
        #expect(answer.text.contains("invalid_argument"))
    }

    @Test("A value that lies in memory is told by the loop, however busy the pool is")
    func aValueInMemoryIsToldByTheLoop() throws {
        let indexes = HeldIndexes()
        let server = try StoreServer(indexes: indexes) { $0.readThreads = 1 }
        try server.put(["a": "1"])
        let sequence = try server.put(["b": "2"])
        let caller = try server.caller()
        // A first one waits for the index, so that nothing is left to wait for.
        _ = try caller.call(Path.get, GetRequest(key: [1]), GetResponse.self)
        indexes.hold(true)
        defer { indexes.hold(false) }
        let busy = try server.caller()
        try busy.connection.send(
            "POST", Path.get, headers: [("Content-Type", "application/proto")],
            body: try MessageFormat.proto.encode(GetRequest(key: [1])))
        #expect(indexes.waitForOne())

        for (key, value) in [("a", "1"), ("b", "2")] {
            let answer = try caller.call(
                Path.get, GetRequest(key: Array(key.utf8), minSequence: sequence),
                GetResponse.self)
            #expect(answer.value == Array(value.utf8))
            #expect(answer.detail?.sequence == sequence)
        }
        #expect(!busy.connection.hasInput)
    }

    @Test("Batches that the index is too far behind for wait, small ones and large ones")
    func batchesWaitForTheIndex() throws {
        let indexes = HeldIndexes()
        let server = try StoreServer(indexes: indexes) {
            $0.journalFileBytes = 64 << 20
        }
        defer { indexes.holdWrites(false) }
        try fillBehind(indexes, server)
        var waiting: [StoreCaller] = []
        for size in [1, 100_000] {
            let caller = try server.caller()
            try caller.connection.send(
                "POST", Path.put, headers: [("Content-Type", "application/proto")],
                body: try MessageFormat.proto.encode(
                    PutRequest([KeyValue(key: [2], value: [UInt8](repeating: 1, count: size))])))
            waiting.append(caller)
        }
        let other = try RawConnection(port: server.port)
        for _ in 1...20 { #expect(try other.request("GET", "/health").status == 200) }
        for caller in waiting { #expect(!caller.connection.hasInput) }
        indexes.holdWrites(false)
        for caller in waiting { #expect(try caller.connection.receive().status == 200) }
    }

    @Test("What is wrong with a batch is told at once, while others wait for the index")
    func aWrongBatchDoesNotWait() throws {
        let indexes = HeldIndexes()
        let server = try StoreServer(indexes: indexes) {
            $0.overloadWaitMilliseconds = 600_000
            $0.journalFileBytes = 64 << 20
        }
        defer { indexes.holdWrites(false) }
        try fillBehind(indexes, server)
        let caller = try server.caller()
        for size in [1, 100_000] {
            let error = #expect(throws: ConnectError.self) {
                _ = try caller.put([
                    KeyValue(key: [2], value: [UInt8](repeating: 1, count: size)),
                    KeyValue(key: [UInt8](repeating: 1, count: 255), value: []),
                ])
            }
            #expect(error?.detail(ErrorInfo.self)?.reason == "INVALID_KEY_LENGTH")
            #expect(error?.detail(BadRequest.self)?.violations.map(\.field) == ["kvs[1].key"])
        }
    }

    @Test("Batches that have waited long enough for the index are refused, and nothing is written")
    func batchesAreRefusedWhenTheIndexStaysBehind() throws {
        let indexes = HeldIndexes()
        let server = try StoreServer(indexes: indexes) {
            $0.overloadWaitMilliseconds = 0
            $0.journalFileBytes = 64 << 20
        }
        defer { indexes.holdWrites(false) }
        let last = try fillBehind(indexes, server)
        let caller = try server.caller()
        for size in [1, 100_000] {
            let error = #expect(throws: ConnectError.self) {
                _ = try caller.put([
                    KeyValue(key: [2], value: [UInt8](repeating: 1, count: size))
                ])
            }
            #expect(error?.code == .unavailable)
        }
        indexes.holdWrites(false)
        // Once more at first: the index takes a moment.
        let deadline = Deadline(seconds: 60)
        #expect(deadline.wait { (try? caller.put([KeyValue(key: [2], value: [])])) == last + 1 })
    }

    /// Writes batches that the index does not get, until there are more than may wait for it; the
    /// last sequence.
    @discardableResult
    private func fillBehind(_ indexes: HeldIndexes, _ server: StoreServer) throws -> UInt64 {
        indexes.holdWrites(true)
        let writer = try server.caller()
        let value = [UInt8](repeating: 7, count: 1 << 20)
        var last: UInt64 = 0
        for _ in 1...16 {
            // Also refused while the next journal file is not ready.
            let isTaken = Deadline(seconds: 300).wait {
                guard let sequence = try? writer.put([KeyValue(key: [1], value: value)]) else {
                    return false
                }
                last = sequence
                return true
            }
            try #require(isTaken)
        }
        return last
    }

    @Test("Frames that a subscriber has no room for are not kept: it learns what was dropped")
    func framesWithoutRoomAreNotKept() throws {
        // What is on its way when one looks may still find room: once is proof enough.
        var kept: [Int] = []
        for _ in 1...5 {
            let (taken, received) = try stall()
            if taken == received { return }
            kept.append(received - taken)
        }
        Issue.record("so many frames came that were not written before: \(kept)")
    }

    /// How many frames the connection of a subscriber that reads nothing has taken, and how many it
    /// gets in the end, when the batches behind them were dropped meanwhile.
    private func stall() throws -> (taken: Int, received: Int) {
        let server = try StoreServer {
            $0.connectionOutputBytesMax = 64 << 10
            $0.readThreads = 1
        }
        let stalled = try server.caller().open(
            Path.subscribe, SubscribeRequest(selectors: [KeySelector(prefix: [], pattern: "")]))
        let writer = try server.caller()
        let value = [UInt8](repeating: 7, count: 256 << 10)
        for _ in 1...80 { _ = try writer.put([.init(key: [1], value: value)]) }
        // Gets stand in line behind the subscription's steps.
        var taken = -1
        while let now = try deliveries(server), now != taken {
            taken = now
            for _ in 1...50 {
                _ = try writer.call(Path.get, GetRequest(key: [1]), GetResponse.self)
            }
        }
        #expect((1..<80).contains(taken))
        _ = try writer.call(
            Path.setRetention, SetRetentionRequest(.keepLatest(count: 1)),
            SetRetentionResponse.self)
        var received = 0
        let error = #expect(throws: ConnectError.self) {
            while try stalled.next(BatchResponse.self) != nil { received += 1 }
        }
        #expect(error?.message.contains("dropped") == true)
        return (taken, received)
    }

    private func deliveries(_ server: StoreServer) throws -> Int? {
        let line = server.metrics.split(separator: "\n").first {
            $0.hasPrefix("varve_store_deliveries_total ")
        }
        return try Int(#require(line).split(separator: " ")[1])
    }
}
