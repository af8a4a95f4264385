import Testing
import VarveConnect

@Suite("Messages in binary")
struct ProtobufTests {
    @Test("A batch is on the wire what protobuf says")
    func aBatchHasProtobufsBytes() throws {
        let request = PutRequest([
            KeyValue(key: Array("k"), value: Array("v")), KeyValue(key: [], value: []),
        ])
        let bytes = try MessageFormat.proto.encode(request)
        #expect(bytes == Array(hex: "0a 06 0a 01 6b 12 01 76 0a 00"))
        #expect(try MessageFormat.proto.decode(PutRequest.self, bytes) == request)
    }

    @Test("Optional fields tell absence from zero")
    func optionalFieldsTellAbsenceFromZero() throws {
        let absent = GetRequest(key: Array("a"))
        let zero = GetRequest(key: Array("a"), minSequence: 0)
        #expect(try MessageFormat.proto.encode(absent) == Array(hex: "0a 01 61"))
        #expect(try MessageFormat.proto.encode(zero) == Array(hex: "0a 01 61 10 00"))
        let read = try MessageFormat.proto.decode(GetRequest.self, Array(hex: "10 00"))
        #expect(read == GetRequest(key: [], minSequence: 0))
        let response = GetResponse(value: [], detail: QueryDetail(sequence: 3))
        #expect(try MessageFormat.proto.encode(response) == Array(hex: "0a 00 12 02 08 03"))
    }

    @Test("Unknown fields are passed over")
    func unknownFieldsArePassedOver() throws {
        let bytes = Array(hex: "0a 01 61 f8 01 05 a2 06 02 01 02 cd 3e 01 02 03 04 10 07")
        let read = try MessageFormat.proto.decode(GetRequest.self, bytes)
        #expect(read == GetRequest(key: Array("a"), minSequence: 7))
    }

    @Test("The last value of a field counts, and pieces of a message are put together")
    func theLastValueCounts() throws {
        let bytes = Array(hex: "0a 01 61 0a 01 62")
        #expect(try MessageFormat.proto.decode(GetRequest.self, bytes).key == Array("b"))
        let policy = Array(hex: "0a 04 0a 02 08 05 0a 04 12 02 08 06")
        let read = try MessageFormat.proto.decode(SetRetentionRequest.self, policy)
        #expect(read == SetRetentionRequest(.greaterThan(threshold: 6)))
    }

    @Test(
        "Bytes that are no message are refused",
        arguments: [
            "0a", "0a 05 61", "0a ff ff ff ff ff ff ff ff ff 01", "00 01", "0b 0c", "0c", "0f 01",
            "10 ff ff ff ff ff ff ff ff ff ff ff 01", "0d 01 02", "09 01", "ff",
        ])
    func bytesThatAreNoMessageAreRefused(hex: String) {
        #expect(throws: MessageFault.self) {
            try MessageFormat.proto.decode(GetRequest.self, Array(hex: hex))
        }
    }

    @Test("Text is UTF-8", arguments: ["12 01 ff", "12 02 61 ff", "12 02 c0 80"])
    func textIsUTF8(hex: String) {
        let selector = Array(hex: hex)
        let bytes = [0x0a, UInt8(selector.count)] + selector
        #expect(throws: MessageFault.self) {
            try MessageFormat.proto.decode(SubscribeRequest.self, bytes)
        }
    }

    @Test("Nesting has a limit")
    func nestingHasALimit() throws {
        /// A request to group by so many `lower` around nothing.
        func request(_ depth: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            for tag in [UInt8](repeating: 0x3a, count: depth) + [0x12, 0x1a] {
                var length: [UInt8] = []
                var rest = bytes.count
                while rest > 0x7f {
                    length.append(UInt8(rest & 0x7f) | 0x80)
                    rest >>= 7
                }
                bytes = [tag] + length + [UInt8(rest)] + bytes
            }
            return bytes
        }
        func convert(_ depth: Int) throws -> [UInt8] {
            try MessageFormat.convert(request(depth), .reduceRequest, from: .proto, to: .json)
        }
        #expect(try !convert(61).isEmpty)
        #expect(throws: MessageFault.tooDeep(limit: 64)) { try convert(62) }
        #expect(throws: MessageFault.tooDeep(limit: 64)) { try convert(20_000) }
    }

    @Test("A flood of empty entries is refused before it takes memory")
    func aFloodOfEmptyEntriesIsRefused() {
        let bytes = [[UInt8]](repeating: [0x0a, 0x00], count: 1 << 20).flatMap { $0 }
        #expect(throws: MessageFault.self) {
            try MessageFormat.proto.decode(PutRequest.self, bytes)
        }
    }

    @Test("Every message of the services survives a round trip")
    func messagesSurviveARoundTrip() throws {
        for format in MessageFormat.allCases {
            func check<Value: WireMessage & Equatable>(_ value: Value) throws {
                let bytes = try format.encode(value)
                #expect(try format.decode(Value.self, bytes) == value)
            }
            let detail = QueryDetail(sequence: .max)
            let pair = KeyValue(key: [0, 255], value: [1])
            try check(PutResponse(sequence: .max))
            try check(GetManyRequest(keys: [[1], [], [1]], batchSize: 2, minSequence: 9))
            try check(
                GetManyFrame(
                    entries: [.init(key: [1], value: nil), .init(key: [2], value: [])],
                    detail: detail))
            try check(
                RangeRequest(
                    start: [1], end: [2], limit: 0, batchSize: 7, mode: RangeRequest.Mode.reverse,
                    minSequence: 0))
            try check(RangeFrame(rows: [pair, pair], detail: detail))
            try check(
                SubscribeRequest(
                    selectors: [
                        KeySelector(prefix: [9], pattern: "a.b"), .init(prefix: [], pattern: ""),
                    ],
                    filters: [.exact([]), .prefix([1]), .pattern("x"), .none], since: 0))
            try check(BatchRequest(sequence: 5))
            try check(BatchResponse(sequence: 5, entries: [pair]))
            try check(BatchResponse(sequence: 6, entries: [], isDeletion: true))
            try check(DeleteRequest([[1], [], [1]]))
            try check(DeleteResponse(sequence: 7))
            for rule: RetentionRule? in [
                nil, .keepLatest(count: 3), .greaterThan(threshold: 0),
                .greaterThanOrEqual(threshold: 4), .dropAll,
            ] {
                try check(SetRetentionRequest(rule))
            }
            try check(SetRetentionResponse(oldestRetained: nil))
            try check(SetRetentionResponse(oldestRetained: 0))
            try check(
                PruneRequest([
                    .init(
                        selector: KeySelector(prefix: [1], pattern: "(?P<a>.)"), groupBy: ["a"],
                        order: .init(captureGroup: "a", encoding: PruneRequest.Encoding.uint64),
                        retain: .keepLatest(count: 1)),
                    .init(selector: nil, retain: nil, hasKeys: false),
                ]))
            try check(PruneResponse())
            try check(ErrorInfo(reason: "A", domain: "b", metadata: ["x": "1", "y": ""]))
            try check(RetryInfo(delaySeconds: 1))
            try check(BadRequest([.init(field: "kvs[0].key", description: "too long")]))
        }
    }
}
