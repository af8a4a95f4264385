import Foundation
import ServerProcess
import Testing
import VarveClient
import VarveServer

/// Every operation of the client against a real server.
@Suite(.blocking) struct StreamClientTests {
    private let server: TestServer
    private let client: StreamClient

    init() throws {
        server = try TestServer { $0.pageBytes = 64 }
        client = try server.client()
    }

    @Test func `creating twice makes one stream, and another configuration is a conflict`()
        async throws
    {
        let creation = StreamCreation(
            contentType: "text/plain; charset=utf-8", lifetime: .sliding(seconds: 1_000_000))
        let first = try await client.create("notes/2026 é", creation)
        #expect(first.isNew && !first.isClosed)
        #expect(first.contentType == "text/plain; charset=utf-8")
        let second = try await client.create("notes/2026 é", creation)
        #expect(!second.isNew)
        #expect(second.nextOffset == first.nextOffset)
        let error = await #expect(throws: ClientError.self) {
            try await client.create("notes/2026 é", StreamCreation(contentType: "text/plain"))
        }
        #expect(error?.status == 409)
        #expect(error?.isTransient == false)
    }

    @Test func `a trim says where the stream begins, and so does an error before that`()
        async throws
    {
        try await client.create(
            "kept",
            StreamCreation(contentType: "a/b", retainedBytes: 1000, retainedSeconds: 3600))
        let place = try await client.append(
            Data(text: "one"), to: "kept", contentType: "a/b"
        ).nextOffset
        try await client.append(Data(text: "two"), to: "kept", contentType: "a/b")
        #expect(try await client.head("kept").earliestOffset == nil)
        #expect(try await client.trim("kept", before: place) == place)
        let head = try await client.head("kept")
        #expect(head.earliestOffset == place)
        #expect(head.retainedBytes == 1000 && head.retainedSeconds == 3600)
        #expect(try await client.read("kept").content == Data(text: "two"))
        let error = await #expect(throws: ClientError.self) {
            try await client.read("kept", from: StreamOffset("0000000000000000_0000000000000000"))
        }
        #expect(error?.status == 410 && error?.code == "trimmed")
        #expect(error?.earliestOffset == place)
        let listed = try await client.list(prefix: "kept").streams.first
        #expect(listed?.earliestOffset == place.token && listed?.bytes == 3)
        let refusal = await #expect(throws: ClientError.self) {
            try await client.trim("absent", before: place)
        }
        #expect(refusal?.status == 404 && refusal?.earliestOffset == nil)
    }

    @Test func `a signed head and a verification tell of the same history`() async throws {
        try await client.create("proven", StreamCreation(contentType: "text/plain"))
        let place = try await client.append(
            Data(text: "one"), to: "proven", contentType: "text/plain"
        ).nextOffset
        let before = try await client.signedHead(of: "proven")
        #expect(before.name == "proven" && before.position == place && !before.isClosed)
        try await client.append(Data(text: "two"), to: "proven", contentType: "text/plain")
        #expect(try await client.signedHead(of: "proven", at: place).head == before.head)
        let report = try await client.verify(stream: "proven")
        #expect(report.clean && report.damages.isEmpty && report.records == 2)
        let now = try await client.signedHead(of: "proven")
        #expect(report.head == now.head && report.position == now.position.token)
        #expect(report.incarnation == now.incarnation)
        let error = await #expect(throws: ClientError.self) {
            try await client.signedHead(of: "absent")
        }
        #expect(error?.status == 404)
    }

    @Test func `what is appended is read back, page by page`() async throws {
        try await client.create("bytes")
        var whole = Data()
        for number in 0..<20 {
            let record = Data(text: "record \(number) \u{0} with \r\n what you like; ")
            whole += record
            try await client.append(
                record, to: "bytes", contentType: "application/octet-stream")
        }
        var read = Data()
        var pages = 0
        for try await page in client.pages("bytes") {
            read += page.content
            pages += 1
        }
        #expect(read == whole)
        #expect(pages > 5)
        let page = try await client.read("bytes")
        #expect(!page.isUpToDate && page.content.count <= 64)
        let tail = try await client.read("bytes", from: .now)
        #expect(tail.isUpToDate && tail.content.isEmpty)
    }

    @Test func `messages of a JSON stream keep their boundaries`() async throws {
        let json = "application/json"
        try await client.create("orders", StreamCreation(contentType: json))
        try await client.append(
            Data(text: #"[{"n":1},"two"]"#), to: "orders", contentType: json)
        try await client.append(Data(text: "[[3]]"), to: "orders", contentType: json)
        let batch = try await client.read("orders")
        #expect(batch.isJSON)
        #expect(batch.messages.map(\.text) == [#"{"n":1}"#, #""two""#, "[3]"])
        let empty = try await client.read("orders", from: batch.nextOffset)
        #expect(empty.isEmpty && empty.content.text == "[]")
    }

    @Test func `a producer's append is stored once, and each refusal says what was expected`()
        async throws
    {
        let type = "application/octet-stream"
        try await client.create("facts")
        func append(_ sequence: UInt64, epoch: UInt64 = 1) async throws -> AppendReceipt {
            try await client.append(
                Data(text: "x"), to: "facts", contentType: type,
                options: AppendOptions(
                    producer: StreamProducer(id: "p", epoch: epoch, sequence: sequence)))
        }
        #expect(try await append(0).isDuplicate == false)
        #expect(try await append(1).highestSequence == 1)
        let again = try await append(0)
        #expect(again.isDuplicate && again.highestSequence == 1)
        let gap = await #expect(throws: ClientError.self) { try await append(5) }
        #expect(gap?.state.expectedSequence == 2 && gap?.state.receivedSequence == 5)
        let fenced = await #expect(throws: ClientError.self) { try await append(0, epoch: 0) }
        #expect(fenced?.status == 403 && fenced?.state.currentEpoch == 1)
        #expect(try await client.read("facts").content.text == "xx")
    }

    @Test func `a closed stream takes no more, and tells where it ended`() async throws {
        let type = "text/plain"
        try await client.create("done", StreamCreation(contentType: type))
        let last = try await client.append(
            Data(text: "end"), to: "done", contentType: type,
            options: AppendOptions(closes: true))
        #expect(last.isClosed)
        #expect(try await client.close("done").nextOffset == last.nextOffset)
        let error = await #expect(throws: ClientError.self) {
            try await client.append(Data(text: "more"), to: "done", contentType: type)
        }
        #expect(error?.status == 409 && error?.state.isClosed == true)
        #expect(error?.state.nextOffset == last.nextOffset)
        #expect(try await client.head("done").isClosed)
        #expect(try await client.read("done").isClosed)
    }

    @Test func `head tells the lifetime, and a deleted stream is not found`() async throws {
        try await client.create("short", StreamCreation(lifetime: .sliding(seconds: 86_400)))
        #expect(try await client.head("short").secondsToLive == 86_400)
        let end = Date(timeIntervalSinceNow: 3600)
        try await client.create("fixed", StreamCreation(lifetime: .until(end)))
        #expect(try await client.head("fixed").expiresAt != nil)
        try await client.delete("short")
        for operation in [
            { _ = try await client.head("short") }, { _ = try await client.read("short") },
            { try await client.delete("short") },
        ] {
            let error = await #expect(throws: ClientError.self) { try await operation() }
            #expect(error?.status == 404 && error?.isTransient == false)
        }
    }

    @Test func `a list is paged in the order of names`() async throws {
        let names = (0..<5).map { "list/\($0) é" }
        for name in names.reversed() { try await client.create(name) }
        try await client.create("other")
        let first = try await client.list(prefix: "list/", limit: 3)
        #expect(first.streams.map(\.name) == Array(names[..<3]))
        let rest = try await client.list(prefix: "list/", after: first.next, limit: 3)
        #expect(rest.streams.map(\.name) == Array(names[3...]))
        #expect(rest.next == nil)
    }

    @Test func `a server that is away is unreachable, and nothing was sent`() async throws {
        server.stop()
        let impatient = try server.client(ClientOptions(retry: .never))
        let error = await #expect(throws: ClientError.self) { try await impatient.head("x") }
        #expect(error?.kind == .unreachable)
        #expect(error?.isTransient == true && error?.isUnsent == true)
    }
}
