import Foundation
import ServerProcess
import Testing
import VarveClient
import VarveServer

/// Every operation of the store's client against a real server.
@Suite(.blocking, .timeLimit(.minutes(30))) struct StoreClientTests {
    private let server: TestServer
    private let client: StoreClient

    init() throws {
        server = try TestServer()
        client = try server.store()
    }

    private func pairs(_ range: Range<Int>, bytes: Int = 8) -> [StorePair] {
        range.map { number in
            let value = String(repeating: "v", count: bytes) + "\(number)"
            return StorePair("key/\(String(number + 10_000))", value)
        }
    }

    @Test func `what is put is there, and what is deleted is not`() async throws {
        #expect(try await client.put([UInt8]("a".utf8), [1, 2, 0, 255]) == 1)
        #expect(try await client.put([StorePair("a", "new"), StorePair("b", "")]) == 2)
        #expect(try await client.get([UInt8]("a".utf8)) == Array("new".utf8))
        #expect(try await client.get([UInt8]("b".utf8)) == [])
        #expect(try await client.delete([[UInt8]("a".utf8), [9]]) == 3)
        #expect(try await client.get([UInt8]("a".utf8), atLeast: 3) == nil)
        #expect(try await client.currentSequence() == 3)
        let found = try await client.getMany([[98], [97], [98], []])
        #expect(found.map(\.value) == [[], nil, [], nil])
        #expect(found.map(\.key) == [[98], [97], [98], []])
        #expect(found.allSatisfy { $0.sequence == 3 })
    }

    @Test func `a range comes whole, in order, from either end, and up to a limit`() async throws {
        let all = pairs(0..<3000)
        try await client.put(all)
        func scan(_ options: ScanOptions = ScanOptions()) async throws -> [StorePair] {
            var found: [StorePair] = []
            for try await pair in client.range(options) { found.append(pair) }
            return found
        }
        #expect(try await scan() == all)
        let largest = try await scan(ScanOptions(order: .reverse, limit: 10))
        #expect(largest == Array(all.reversed().prefix(10)))
        #expect(try await scan(ScanOptions(limit: 0)).isEmpty)
        #expect(try await scan(ScanOptions(frameRows: 7)) == all)
        var some: [StorePair] = []
        for try await pair in client.range(from: all[5].key, through: all[8].key) {
            some.append(pair)
        }
        #expect(some == Array(all[5...8]))
    }

    @Test(arguments: [ScanOptions.Order.forward, .reverse])
    func `a scan that its consumer falls behind goes on behind the last key`(
        order: ScanOptions.Order
    ) async throws {
        let all = pairs(0..<400, bytes: 1000)
        try await client.put(all)
        let options = ScanOptions(
            order: order, limit: 390, consistency: .continuing, bufferBytesMax: 1, frameRows: 3)
        var found: [StorePair] = []
        for try await pair in client.range(options) {
            found.append(pair)
            if found.count % 50 == 0 { _ = try await client.currentSequence() }
        }
        #expect(found == Array((order == .forward ? all : all.reversed()).prefix(390)))
        let strict = ScanOptions(bufferBytesMax: 1, frameRows: 1)
        let error = await #expect(throws: ClientError.self) {
            for try await _ in client.range(strict) { _ = try await client.currentSequence() }
        }
        #expect(error?.code == "consumer-too-slow")
    }

    @Test func `refusals say code, reason and field`() async throws {
        let long = [UInt8](repeating: 1, count: 255)
        let error = await #expect(throws: ClientError.self) {
            try await client.put([StorePair("a", "b"), StorePair(key: long, value: [])])
        }
        #expect(error?.status == 400 && error?.code == "INVALID_KEY_LENGTH")
        #expect(error?.refusal?.code == "invalid_argument")
        #expect(error?.refusal?.domain == "log.ingest")
        #expect(error?.refusal?.violations.map(\.field) == ["kvs[1].key"])
        #expect(error?.isTransient == false)
        let deletion = await #expect(throws: ClientError.self) {
            try await client.delete([[1], long])
        }
        #expect(deletion?.refusal?.violations.map(\.field) == ["keys[1]"])
        let stream = await #expect(throws: ClientError.self) {
            for try await _ in client.range(from: long) {}
        }
        #expect(stream?.code == "INVALID_KEY_LENGTH" && stream?.status == 400)
        #expect(try await client.currentSequence() == 0)
    }

    @Test func `an answer that has not seen enough is asked for again, then refused`()
        async throws
    {
        let hasty = try server.store(ClientOptions(retry: .never))
        let error = await #expect(throws: ClientError.self) {
            try await hasty.get([1], atLeast: 7)
        }
        #expect(error?.refusal?.reason == "CONSISTENCY_NOT_READY")
        #expect(error?.refusal?.metadata["required_sequence_number"] == "7")
        #expect(error?.refusal?.retryAfter == .seconds(1))
        #expect(error?.isTransient == true)
        let patient = try server.store(ClientOptions(retry: .forever))
        async let value = patient.get([1], atLeast: 1)
        try await client.put([1], [2])
        #expect(try await value == [2])
    }

    @Test func `reductions count, add up and group on the server`() async throws {
        func row(_ name: String, _ number: UInt8) -> [UInt8] {
            [2, 1, 4, UInt8(name.utf8.count)] + Array(name.utf8) + [1, 0]
                + [0, 0, 0, 0, 0, 0, 0, number]
        }
        try await client.put([
            StorePair(key: [1], value: row("web", 3)), StorePair(key: [2], value: row("app", 4)),
            StorePair(key: [3], value: row("WEB", 5)),
        ])
        let amount = ReductionExpression.field(.column(1, .int64))
        let name = ReductionExpression.lower(.field(.column(0, .utf8)))
        let whole = try await client.reduce(
            StoreReduction([.countAll, .sum(amount), .min(amount), .max(.multiply(amount, amount))])
        )
        #expect(whole.values == [.uint64(3), .int64(12), .int64(3), .int64(25)])
        #expect(whole.sequence == 1 && whole.groups.isEmpty)
        let grouped = try await client.reduce(
            StoreReduction(
                [.sum(amount)], groupBy: [name],
                filter: [.init(.column(1, .int64), .integers(min: 4, max: nil))]))
        #expect(grouped.groups.map(\.key) == [[.utf8("app")], [.utf8("web")]])
        #expect(grouped.groups.map(\.values) == [[.int64(4)], [.int64(5)]])
        #expect(try await client.count(from: [2]) == 2)
        let raw = try await client.reduce(
            json: #"{"params":{"reducers":[{"op":"RANGE_REDUCE_OP_COUNT_ALL"}]}}"#)
        #expect(raw.values == [.uint64(3)])
        let error = await #expect(throws: ClientError.self) {
            try await client.reduce(StoreReduction([]))
        }
        #expect(error?.code == "INVALID_REDUCE_PARAMS")
        let text = await #expect(throws: ClientError.self) { try await client.reduce(json: "[") }
        #expect(text?.kind == .invalidArgument)
    }

    @Test func `batches are read back as they were written`() async throws {
        let batch = [StorePair("b", "1"), StorePair("a", "2"), StorePair("b", "3")]
        try await client.put(batch)
        try await client.delete([[98], [98]])
        #expect(try await client.batch(1).pairs == batch)
        #expect(try await client.batch(1).isDeletion == false)
        let deletion = try await client.batch(2)
        #expect(deletion.isDeletion && deletion.pairs.map(\.key) == [[98], [98]])
        #expect(try await client.oldestRetainedBatch() == 1)
        let error = await #expect(throws: ClientError.self) { try await client.batch(3) }
        #expect(error?.code == "BATCH_NOT_FOUND" && error?.status == 404)
    }

    @Test func `a server without a store says so`() async throws {
        let bare = try TestServer { $0.hasStore = false }
        let error = await #expect(throws: ClientError.self) { try await bare.store().put([1], [2]) }
        #expect(error?.status == 404 && error?.refusal == nil)
        bare.stop()
    }
}
