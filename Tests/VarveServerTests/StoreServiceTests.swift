import ServerProcess
import Testing
import VarveConnect
import VarveServer

@Suite("The store's services over a socket")
struct StoreServiceTests {
    typealias Path = StoreCaller.Path

    @Test("Both encodings give the same answers", arguments: MessageFormat.allCases)
    func bothEncodingsGiveTheSameAnswers(format: MessageFormat) throws {
        let server = try StoreServer()
        let caller = try server.caller(format)
        #expect(
            try caller.put([KeyValue(key: [1], value: [255, 0]), .init(key: [], value: [])]) == 1)
        #expect(try caller.put([KeyValue(key: [1], value: [2])]) == 2)
        let detail = QueryDetail(sequence: 2)
        func get(_ key: [UInt8]) throws -> GetResponse {
            try caller.call(Path.get, GetRequest(key: key), GetResponse.self)
        }
        #expect(try get([1]) == GetResponse(value: [2], detail: detail))
        #expect(try get([]) == GetResponse(value: [], detail: detail))
        #expect(try get([9]) == GetResponse(value: nil, detail: detail))
        let batch = try caller.call(Path.batch, BatchRequest(sequence: 1), BatchResponse.self)
        #expect(
            batch
                == BatchResponse(
                    sequence: 1,
                    entries: [.init(key: [1], value: [255, 0]), .init(key: [], value: [])]))
        let frames = try caller.stream(
            Path.range, RangeRequest(batchSize: 10), RangeFrame.self)
        #expect(
            frames == [
                RangeFrame(
                    rows: [.init(key: [], value: []), .init(key: [1], value: [2])], detail: detail)
            ])
        let many = try caller.stream(
            Path.getMany, GetManyRequest(keys: [[1], [9], [1]], batchSize: 2), GetManyFrame.self)
        #expect(
            many == [
                GetManyFrame(
                    entries: [.init(key: [1], value: [2]), .init(key: [9], value: nil)],
                    detail: detail),
                GetManyFrame(entries: [.init(key: [1], value: [2])], detail: detail),
            ])
    }

    @Test("The JSON of a Put and a Get is what clients write by hand")
    func theJSONIsPlain() throws {
        let server = try StoreServer()
        let caller = try server.caller(.json)
        let put = try caller.post(
            Path.put, Array(#"{"kvs":[{"key":"aw","value":"dg=="}]}"#.utf8),
            headers: [("Connect-Protocol-Version", "1")])
        #expect(put.text == #"{"sequenceNumber":"1"}"#)
        let get = try caller.post(Path.get, Array(#"{"key":"aw==","minSequenceNumber":1}"#.utf8))
        #expect(get.text == #"{"value":"dg==","detail":{"sequenceNumber":"1"}}"#)
    }

    @Test("A wrong pair rejects the whole Put, names itself, and uses no sequence")
    func aWrongPairRejectsThePut() throws {
        let server = try StoreServer()
        let caller = try server.caller()
        func refusal(_ entries: [KeyValue]) -> ConnectError? {
            do {
                _ = try caller.put(entries)
                return nil
            } catch {
                return error as? ConnectError
            }
        }
        let long = KeyValue(key: [UInt8](repeating: 1, count: 255), value: [])
        let error = refusal([KeyValue(key: [1], value: [1]), long])
        #expect(error?.code == .invalidArgument)
        #expect(error?.detail(ErrorInfo.self)?.reason == "INVALID_KEY_LENGTH")
        #expect(error?.detail(ErrorInfo.self)?.domain == "log.ingest")
        #expect(error?.detail(BadRequest.self)?.violations.map(\.field) == ["kvs[1].key"])
        let empty = refusal([])
        #expect(empty?.detail(ErrorInfo.self)?.reason == "INVALID_BATCH")
        #expect(try caller.put([KeyValue(key: [2], value: [])]) == 1)
        let found = try caller.call(Path.get, GetRequest(key: [1]), GetResponse.self)
        #expect(found.value == nil)
    }

    @Test("A value over its limit is refused by name, in a large body too")
    func aValueOverItsLimitIsRefused() throws {
        let server = try StoreServer {
            $0.maxBodyBytes = 11 << 20; $0.journalFileBytes = 32 << 20
        }
        let error = #expect(throws: ConnectError.self) {
            try server.caller().put([
                .init(key: [1], value: [UInt8](repeating: 0, count: 10 << 20 + 1))
            ])
        }
        #expect(error?.detail(ErrorInfo.self)?.reason == "INVALID_VALUE_LENGTH")
        #expect(error?.detail(BadRequest.self)?.violations.first?.field == "kvs[0].value")
    }

    @Test("A batch may be larger than other bodies, as large as the store says")
    func aBatchMayBeLargerThanOtherBodies() throws {
        let server = try StoreServer {
            $0.maxBodyBytes = 1 << 20
            $0.storeBatchBytesMax = 4 << 20
        }
        func pairs(_ count: UInt8) -> [KeyValue] {
            (0..<count).map {
                KeyValue(key: [$0], value: [UInt8](repeating: $0, count: 1_200_000))
            }
        }
        for format in MessageFormat.allCases {
            let caller = try server.caller(format)
            let sequence = try caller.put(pairs(3))
            let batch = try caller.call(
                Path.batch, BatchRequest(sequence: sequence), BatchResponse.self)
            #expect(batch.entries == pairs(3))
            // One that the store does not take, and one that is not read.
            let error = #expect(throws: ConnectError.self) { try caller.put(pairs(4)) }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.detail(ErrorInfo.self)?.reason == "PUT_TOO_LARGE")
            #expect(
                try caller.post(Path.put, [UInt8](repeating: 0, count: 8 << 20)).status == 413)
            #expect(
                try caller.post(Path.get, [UInt8](repeating: 0, count: 1 << 20 + 1)).status == 413)
        }
        let packed = try #require(
            try MessageFormat.proto.encode(PutRequest(pairs(3))).withUnsafeBytes {
                ContentCoding.gzip.compress($0)
            })
        let response = try server.caller().post(
            Path.put, packed, headers: [("Content-Encoding", "gzip")])
        #expect(response.status == 200)
    }

    @Test("A read that must see more than there is is told how far the store is")
    func aReadThatMustSeeMoreIsRefused() throws {
        let server = try StoreServer()
        try server.put(["a": "1"])
        let caller = try server.caller()
        let seen = try caller.call(
            Path.get, GetRequest(key: Array("a".utf8), minSequence: 1), GetResponse.self)
        #expect(seen.value == Array("1".utf8))
        let unary = #expect(throws: ConnectError.self) {
            try caller.call(Path.get, GetRequest(key: [1], minSequence: 5), GetResponse.self)
        }
        let streamed = #expect(throws: ConnectError.self) {
            try caller.stream(
                Path.range, RangeRequest(batchSize: 1, minSequence: 5), RangeFrame.self)
        }
        for error in [unary, streamed] {
            #expect(error?.code == .aborted)
            let info = error?.detail(ErrorInfo.self)
            #expect(info?.reason == "CONSISTENCY_NOT_READY")
            #expect(info?.metadata["required_sequence_number"] == "5")
            #expect(info?.metadata["current_sequence_number"] == "1")
            #expect(error?.detail(RetryInfo.self) == RetryInfo(delaySeconds: 1))
            #expect(error?.detail(QueryDetail.self) == QueryDetail(sequence: 1))
        }
    }

    @Test("What is wrong with a request is told before what is behind it")
    func validationPrecedesConsistency() throws {
        let server = try StoreServer()
        let caller = try server.caller()
        func reason(_ request: RangeRequest) throws -> String? {
            let error = #expect(throws: ConnectError.self) {
                try caller.stream(Path.range, request, RangeFrame.self)
            }
            return error?.detail(ErrorInfo.self)?.reason
        }
        #expect(try reason(RangeRequest(batchSize: 0, minSequence: 9)) == "INVALID_BATCH_SIZE")
        #expect(
            try reason(RangeRequest(batchSize: 1, mode: 7, minSequence: 9))
                == "INVALID_TRAVERSAL_MODE")
        let none = #expect(throws: ConnectError.self) {
            try caller.stream(
                Path.getMany, GetManyRequest(keys: [], batchSize: 1, minSequence: 9),
                GetManyFrame.self)
        }
        #expect(none?.detail(ErrorInfo.self)?.reason == "INVALID_BATCH")
    }

    @Test("A batch that was never written is not found")
    func aBatchThatWasNeverWrittenIsNotFound() throws {
        let server = try StoreServer()
        let error = #expect(throws: ConnectError.self) {
            try server.caller().call(Path.batch, BatchRequest(sequence: 1), BatchResponse.self)
        }
        #expect(error?.code == .notFound)
        #expect(error?.detail(ErrorInfo.self)?.reason == "BATCH_NOT_FOUND")
    }

    @Test("A reduction counts, sums and groups; one that makes no sense is the caller's fault")
    func aReductionCounts() throws {
        let server = try StoreServer()
        try server.put(["a1": "x", "a2": "y", "b1": "z"])
        let caller = try server.caller(.json)
        let group =
            #"{"field":{"key":{"kind":"KV_FIELD_KIND_FIXED_SIZE_BINARY","fixedSizeBinaryLen":1}}}"#
        let grouped = try caller.post(
            Path.reduce, Array(#"{"params":{"reducers":[{}],"groupBy":[\#(group)]}}"#.utf8))
        #expect(
            grouped.text == #"{"groups":[{"groupValues":[{"fixedSizeBinaryValue":"YQ=="}],"#
                + #""groupValuesPresent":[true],"results":[{"value":{"uint64Value":"2"}}]},"#
                + #"{"groupValues":[{"fixedSizeBinaryValue":"Yg=="}],"groupValuesPresent":[true],"#
                + #""results":[{"value":{"uint64Value":"1"}}]}],"detail":{"sequenceNumber":"1"}}"#)
        let count = try caller.post(
            Path.reduce, Array(#"{"start":"Yg==","params":{"reducers":[{}]}}"#.utf8))
        #expect(
            count.text == #"{"results":[{"value":{"uint64Value":"1"}}],"#
                + #""detail":{"sequenceNumber":"1"}}"#)
        for params in ["null", "{}", #"{"reducers":[{"op":9}]}"#, #"{"groupBy":[{}]}"#] {
            let wrong = try caller.post(
                Path.reduce, Array(#"{"params":\#(params),"minSequenceNumber":"9"}"#.utf8))
            #expect(wrong.status == 400)
            let error = wrong.body.withUnsafeBytes { ConnectError(json: $0) }
            #expect(error?.detail(ErrorInfo.self)?.reason == "INVALID_REDUCE_PARAMS")
        }
    }

    @Test("A prune deletes by rule, keeps the sequence, and is checked whole before it begins")
    func aPruneDeletesByRule() throws {
        let server = try StoreServer()
        try server.put(["a/1": "", "a/2": "", "a/3": "", "b/1": "", "c": ""])
        let caller = try server.caller()
        func policy(_ prefix: String, _ pattern: String, keep: UInt64) -> PruneRequest.Policy {
            PruneRequest.Policy(
                selector: KeySelector(prefix: Array(prefix.utf8), pattern: pattern),
                order: .init(captureGroup: "n", encoding: PruneRequest.Encoding.bytes),
                retain: .keepLatest(count: keep))
        }
        func keys() throws -> [String] {
            let frames = try caller.stream(
                Path.range, RangeRequest(batchSize: 100), RangeFrame.self)
            #expect(frames.first?.detail == QueryDetail(sequence: 1))
            return frames.flatMap(\.rows).map { String(decoding: $0.key, as: UTF8.self) }
        }
        let right = policy("a/", "^(?P<n>.)$", keep: 1)
        for wrong in [
            PruneRequest([]), PruneRequest([right, policy("b/", "^(?P<x>.)$", keep: 1)]),
            PruneRequest([right, policy("b/", "^(?P<n>.)$", keep: 0)]),
            PruneRequest([right, .init(selector: nil, retain: .dropAll, hasKeys: false)]),
        ] {
            let error = #expect(throws: ConnectError.self) {
                try caller.call(Path.prune, wrong, PruneResponse.self)
            }
            #expect(error?.code == .invalidArgument)
        }
        #expect(try keys().count == 5)
        _ = try caller.call(Path.prune, PruneRequest([right]), PruneResponse.self)
        #expect(try keys() == ["a/3", "b/1", "c"])
    }

    @Test("Messages are compressed both ways", arguments: [ContentCoding.gzip, .zstd])
    func messagesAreCompressedBothWays(coding: ContentCoding) throws {
        let server = try StoreServer()
        let caller = try server.caller()
        let value = [UInt8](repeating: 65, count: 100_000)
        let message = try MessageFormat.proto.encode(PutRequest([.init(key: [1], value: value)]))
        let packed = try #require(message.withUnsafeBytes { coding.compress($0) })
        let put = try caller.post(
            Path.put, packed, headers: [("Content-Encoding", coding.rawValue)])
        #expect(try StoreCaller.answer(put, .proto, PutResponse.self).sequence == 1)
        let get = try caller.post(
            Path.get, try MessageFormat.proto.encode(GetRequest(key: [1])),
            headers: [("Accept-Encoding", coding.rawValue)])
        #expect(get.headers["content-encoding"] == coding.rawValue)
        #expect(get.body.count < 2000)
        #expect(try StoreCaller.answer(get, .proto, GetResponse.self).value == value)
        let frames = try caller.open(
            Path.range, RangeRequest(batchSize: 1),
            headers: [("Connect-Accept-Encoding", coding.rawValue)])
        #expect(try frames.next(RangeFrame.self)?.rows.first?.value == value)
        #expect(frames.largestBytes < 2000)
        #expect(try frames.next(RangeFrame.self) == nil)
    }

    @Test("A message that would grow over the limit is refused")
    func aMessageThatGrowsIsRefused() throws {
        let server = try StoreServer { $0.maxBodyBytes = 1 << 20 }
        let bomb = try #require(
            [UInt8](repeating: 0, count: 50 << 20).withUnsafeBytes {
                ContentCoding.zstd.compress($0)
            })
        let response = try server.caller().post(
            Path.put, bomb, headers: [("Content-Encoding", "zstd")])
        #expect(response.status == 429)
        #expect(response.text.contains("resource_exhausted"))
    }

    @Test("GET asks what changes nothing")
    func getAsksWhatChangesNothing() throws {
        let server = try StoreServer()
        try server.put(["k": "v"])
        let connection = try RawConnection(port: server.port)
        let json = "%7B%22key%22%3A%22aw%22%7D"
        let plain = try connection.request(
            "GET", "\(Path.get)?connect=v1&encoding=json&message=\(json)")
        #expect(plain.text == #"{"value":"dg==","detail":{"sequenceNumber":"1"}}"#)
        let binary = try connection.request(
            "GET", "\(Path.get)?encoding=proto&base64=1&message=CgFr")
        #expect(try StoreCaller.answer(binary, .proto, GetResponse.self).value == Array("v".utf8))
        for wrong in [
            "", "?encoding=json", "?encoding=json&base64=1&message=!", "?encoding=json&message=%zz",
        ] {
            #expect(try connection.request("GET", Path.get + wrong).status == 400)
        }
        #expect(try connection.request("GET", "\(Path.get)?encoding=xml&message=a").status == 415)
        let put = try connection.request("GET", "\(Path.put)?encoding=json&message=%7B%7D")
        #expect(put.status == 405)
        #expect(put.headers["allow"] == "POST, OPTIONS")
    }

    @Test("Wrong types, methods and paths have their statuses")
    func wrongTypesHaveTheirStatuses() throws {
        let server = try StoreServer()
        let caller = try server.caller()
        #expect(try caller.post(Path.put, [], type: "text/plain").status == 415)
        #expect(try caller.post(Path.put, [], type: "application/connect+proto").status == 415)
        #expect(try caller.post(Path.range, [], type: "application/proto").status == 415)
        #expect(try caller.connection.request("DELETE", Path.get).status == 405)
        #expect(try caller.post(Path.put, [0xff]).status == 400)
        #expect(
            try caller.post(Path.get, [], headers: [("Connect-Protocol-Version", "2")]).status
                == 400)
        #expect(
            try caller.post(Path.get, [], headers: [("Connect-Timeout-Ms", "soon")]).status == 400)
        #expect(
            try caller.post(Path.get, [], headers: [("Content-Encoding", "br")]).status == 501)
        let late = try caller.post(Path.get, [], headers: [("Connect-Timeout-Ms", "0")])
        #expect(late.status == 504)
        #expect(late.text.contains("deadline_exceeded"))
        let preflight = try caller.connection.request(
            "OPTIONS", Path.put, headers: [("Origin", "https://example.org")])
        #expect(preflight.status == 204)
        #expect(
            preflight.headers["access-control-allow-headers"]?.contains("Connect-Protocol-Version")
                == true)
    }

    @Test("A method that a service does not have is unimplemented, with 404")
    func anUnknownMethodIsUnimplemented() throws {
        let server = try StoreServer()
        let caller = try server.caller()
        for path in ["/store.query.v1.Service/Nothing", "/log.ingest.v1.Service/"] {
            for type in ["application/proto", "application/connect+json"] {
                let response = try caller.post(path, [1], type: type)
                #expect(response.status == 404)
                #expect(response.headers["content-type"] == "application/json")
                let error = response.body.withUnsafeBytes { ConnectError(json: $0) }
                #expect(error?.code == .unimplemented)
            }
        }
        let elsewhere = try caller.post("/store.query.v2.Service/Get", [])
        #expect(elsewhere.status == 404)
        #expect(elsewhere.headers["content-type"] == "application/problem+json")
    }

    @Test("A failure of a stream is in its last envelope, and the connection goes on")
    func aFailureOfAStreamIsInItsEnd() throws {
        let server = try StoreServer()
        let caller = try server.caller()
        for body in [
            [], [0, 0, 0, 0, 9], [9, 0, 0, 0, 0], [0, 0xff, 0xff, 0xff, 0xff], [2, 0, 0, 0, 0],
            [1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0],
        ] as [[UInt8]] {
            let response = try caller.post(Path.range, body, type: "application/connect+proto")
            #expect(response.status == 200)
            #expect(response.body.first == 2)
            #expect(response.text.contains(#"{"error":{"code":"#))
        }
        #expect(try caller.put([.init(key: [1], value: [])]) == 1)
    }

    @Test("Without the store its paths are not there")
    func withoutTheStoreItsPathsAreNotThere() throws {
        let server = try StoreServer { $0.hasStore = false }
        #expect(try server.caller().post(Path.put, []).status == 404)
        #expect(!server.metrics.contains("varve_store_sequence"))
    }

    @Test("The store's numbers are on the page of metrics")
    func theStoresNumbersAreOnThePage() throws {
        let server = try StoreServer()
        try server.put(["a": "1", "b": "2"])
        _ = try server.caller().stream(Path.range, RangeRequest(batchSize: 1), RangeFrame.self)
        let page = server.metrics
        for line in [
            "varve_store_sequence 1", "varve_store_batches_total 1", "varve_store_entries_total 2",
            "varve_store_rows_total 2",
            #"varve_requests_total{operation="store_put",class="2xx"} 1"#,
        ] {
            #expect(page.contains(line))
        }
    }

    @Test("What was put is there after a restart, with the streams beside it")
    func whatWasPutIsThereAfterARestart() throws {
        let directory = try TemporaryDirectory()
        for round in 1...3 as ClosedRange<UInt64> {
            let server = try StoreServer { $0.storage = .directory(directory.path) }
            #expect(try server.put(["k\(round)": "v"]) == round)
            let connection = try RawConnection(port: server.port)
            let created = try connection.request(
                "PUT", "/v1/stream/s\(round)", headers: [("Content-Type", "text/plain")])
            #expect(created.status == 201)
            let list = try connection.request("GET", "/v1/stream/__ds/streams")
            for query in ["?prefix=%00", "?prefix=%00store%2Fbatches"] {
                let hidden = try connection.request("GET", "/v1/stream/__ds/streams\(query)")
                #expect(hidden.text == #"{"streams":[]}"#)
            }
            #expect(list.text.split(separator: "\"name\"").count == Int(round) + 1)
            let frames = try server.caller().stream(
                Path.range, RangeRequest(batchSize: 100), RangeFrame.self)
            #expect(frames.flatMap(\.rows).count == Int(round))
        }
    }
}
