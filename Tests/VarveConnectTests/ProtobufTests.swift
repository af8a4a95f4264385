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

    @Test(
        "A known field whose value has another layout is passed over like an unknown one",
        arguments: [
            "08 05", "0d 01 02 03 04", "09 01 02 03 04 05 06 07 08", "0b 0c", "0b 08 01 13 14 0c",
            "0a 01 62 08 05", "15 01 02 03 04", "12 01 05", "13 1a 02 61 62 14",
        ])
    func anotherLayoutIsPassedOver(hex: String) throws {
        for bytes in [hex + "0a 01 61 10 07", "0a 01 62 10 07" + hex + "0a 01 61"] {
            let read = try MessageFormat.proto.decode(GetRequest.self, Array(hex: bytes))
            #expect(read == GetRequest(key: Array("a"), minSequence: 7))
        }
    }

    @Test("Groups of old protobuf are passed over, nested as deep as messages may be")
    func groupsArePassedOver() throws {
        func groups(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: 0x2b, count: depth) + [UInt8](repeating: 0x2c, count: depth)
                + [0x0a, 0x01, 0x61]
        }
        #expect(
            try MessageFormat.proto.decode(GetRequest.self, groups(63)).key == Array("a"))
        #expect(throws: MessageFault.tooDeep(limit: 64)) {
            try MessageFormat.proto.decode(GetRequest.self, groups(64))
        }
        #expect(throws: MessageFault.tooDeep(limit: 64)) {
            try MessageFormat.proto.decode(GetRequest.self, groups(100_000))
        }
    }

    @Test("A list of numbers is read packed, alone and mixed")
    func aListOfNumbersIsRead() throws {
        /// The widths of a Z-order field whose bytes are these.
        func widths(_ hex: String) throws -> String {
            let field = Array(hex: hex)
            let key = [0x12, UInt8(field.count)] + field
            let reference = [0x0a, UInt8(key.count)] + key
            let parameters = [0x12, UInt8(reference.count)] + reference
            let bytes = [0x1a, UInt8(parameters.count)] + parameters
            let json = try MessageFormat.convert(bytes, .reduceRequest, from: .proto, to: .json)
            return json.text
        }
        let three = #"{"params":{"groupBy":[{"field":{"zOrderKey":{"fieldWidths":[1,300,3]}}}]}}"#
        for hex in [
            "1a 04 01 ac 02 03", "18 01 18 ac 02 18 03", "18 01 1a 00 1a 03 ac 02 03",
            "1a 01 01 1d 00 00 00 00 1a 02 ac 02 18 03",
        ] {
            #expect(try widths(hex) == three)
        }
        #expect(throws: MessageFault.self) { try widths("1a 02 01 ac") }
    }

    @Test("Numbers are cut to the size of their field")
    func numbersAreCut() throws {
        let read = try MessageFormat.proto.decode(
            RangeRequest.self, Array(hex: "18 85 80 80 80 10 20 ff ff ff ff ff ff ff ff ff 01"))
        #expect(read == RangeRequest(limit: 5, batchSize: .max))
        func isDeletion(_ hex: String) throws -> Bool {
            try MessageFormat.proto.decode(BatchResponse.self, Array(hex: hex)).isDeletion
        }
        #expect(try isDeletion("a0 06 80 80 80 80 80 01"))
        #expect(try isDeletion("a0 06 80 02"))
        #expect(try !isDeletion("a0 06 80 80 00"))
    }

    @Test("Pieces of a message are put together, those of another field of its oneof are not")
    func piecesArePutTogether() throws {
        func policy(_ hex: String) throws -> String {
            try MessageFormat.convert(Array(hex: hex), .pruneRequest, from: .proto, to: .json).text
        }
        // A selector in two pieces of its scope, which is in two pieces of its policy.
        #expect(
            try policy("0a 0e 0a 05 0a 03 0a 01 61 0a 05 0a 03 12 01 62")
                == #"{"policies":[{"keys":{"selector":{"prefix":"YQ==","payloadRegex":"b"}}}]}"#)
        #expect(
            try policy("0a 0a 0a 02 0a 00 0a 00 0a 02 12 00")
                == #"{"policies":[{"keys":{"selector":{},"groupBy":{}}}]}"#)
        #expect(
            try policy("0a 0e 0a 0c 12 03 0a 01 61 12 00 12 03 0a 01 62")
                == #"{"policies":[{"keys":{"groupBy":{"captureGroups":["a","b"]}}}]}"#)
        func literal(_ hex: String) throws -> String {
            let literal = Array(hex: hex)
            let parameters = [0x12, UInt8(literal.count)] + literal
            let bytes = [0x1a, UInt8(parameters.count)] + parameters
            return try MessageFormat.convert(bytes, .reduceRequest, from: .proto, to: .json).text
        }
        // The sum of a literal and a field: its sides come one by one.
        #expect(
            try literal("1a 06 0a 04 12 02 08 01 1a 04 12 02 0a 00")
                == #"{"params":{"groupBy":[{"add":{"left":{"literal":{"int64Value":"1"}},"#
                + #""right":{"field":{}}}}]}}"#)
        #expect(
            try literal("1a 06 0a 04 12 02 08 01 12 00 1a 02 12 00")
                == #"{"params":{"groupBy":[{"add":{"right":{}}}]}}"#)
    }

    @Test("As many pairs are read as a batch may have, however small they are")
    func manyPairsAreRead() throws {
        let pair: [UInt8] = [0x0a, 0x05, 0x0a, 0x03, 0x61, 0x62, 0x63]
        let bytes = [[UInt8]](repeating: pair, count: 1 << 20).flatMap { $0 }
        #expect(
            try bytes.withUnsafeBytes {
                try MessageFormat.proto.read(.putRequest, $0) { $0.count(1) }
            } == 1 << 20)
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
            "0a", "0a 05 61", "0a ff ff ff ff ff ff ff ff ff 01", "00 01", "0c", "0f 01", "0e 01",
            "0b", "0b 14", "0b 0c 0c", "0b 02 00 0c", "0b 0a 02 61 0c", "08", "15 01 02 03",
            "8a 80 80 80 80 00 01 61", "82 80 80 80 10 00", "8a 80 80 80 00 01",
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
