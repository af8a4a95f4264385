import Testing
import VarveHTTP

@testable import VarveLoad

@Suite struct StoreRequestWriterTests {
    private func plan(_ mode: LoadPlan.Mode, pairs: Int, size: Int) -> LoadPlan {
        var plan = LoadPlan(
            mode: mode, target: LoadTarget(host: "h", port: 1, basePath: ""), prefix: "p")
        plan.pairs = pairs
        plan.recordBytes = size
        return plan
    }

    /// What a request has behind its head, and what its head says that this is.
    private func content(_ output: OutputBuffer) throws -> (bytes: [UInt8], promised: Int) {
        let bytes = Array(output.readable)
        let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))
        let length = try #require(bytes.firstRange(of: Array("Content-Length: ".utf8)))
        let digits = bytes[length.upperBound..<end.lowerBound]
        let promised = try #require(Int(String(decoding: digits, as: UTF8.self)))
        return (Array(bytes[end.upperBound...]), promised)
    }

    @Test(arguments: [(1, 0), (1, 100), (2, 127), (3, 128), (1000, 100), (1, 20_000)])
    func `a put is as long as its head says`(pairs: Int, size: Int) throws {
        let writer = StoreRequestWriter(plan(.put, pairs: pairs, size: size))
        let output = OutputBuffer()
        writer.put(7, count: pairs, to: output)
        let content = try content(output)
        #expect(content.bytes.count == content.promised)
        #expect(content.bytes.count >= pairs * (StoreKeys.byteCount + size))
    }

    @Test func `every other request is as long as its head says`() throws {
        let connection = LoadConnection(index: 5, role: .worker, pipeline: 1)
        for pairs in [1, 127, 128, 20_000] {
            let writer = StoreRequestWriter(plan(.range, pairs: pairs, size: 40))
            let requests: [(OutputBuffer) -> Void] = [
                { writer.get(7, to: $0) }, { writer.range(at: 7, to: $0) },
                { writer.prune(to: $0) }, { writer.subscribe(connection, to: $0) },
                {
                    let first = RecordNumber(writer: 5, count: 1)
                    writer.append(0, sentAt: 9, first: first, to: $0)
                },
            ]
            for request in requests {
                let output = OutputBuffer()
                request(output)
                let content = try content(output)
                #expect(content.bytes.count == content.promised)
            }
        }
    }

    @Test func `numbers have keys of their own, in no order, all behind the run's eight digits`() {
        let keys = StoreKeys(run: "a")
        let found = (0..<10_000).map { keys.key($0) }
        #expect(Set(found).count == found.count)
        #expect(found != found.sorted())
        #expect(Set(found.map { $0 >> 32 }) == [keys.key(at: 0) >> 32])
        #expect(StoreKeys(run: "b").key(0) != keys.key(0))
    }

    @Test func `each pair of a live put has a marker that subscribers find`() throws {
        let writer = StoreRequestWriter(plan(.subscribe, pairs: 3, size: 40))
        let output = OutputBuffer()
        writer.append(0, sentAt: 9, first: RecordNumber(writer: 2, count: 5), to: output)
        var scanner = MarkerScanner()
        var numbers: [RecordNumber] = []
        scanner.scan(output.readable) { numbers.append($0.number) }
        #expect(numbers == (5..<8).map { RecordNumber(writer: 2, count: $0) })
    }
}
