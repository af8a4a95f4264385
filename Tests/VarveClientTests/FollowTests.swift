import Foundation
import ServerProcess
import Testing
import VarveClient
import VarveServer

/// Following a stream: nothing twice, nothing left out, whatever happens in between.
@Suite(.blocking, .timeLimit(.minutes(30))) struct FollowTests {
    private static let json = "application/json"

    /// Appends the numbers of a range to a JSON stream, one append each.
    private func append(_ numbers: Range<Int>, to name: String, _ client: StreamClient) async throws
    {
        for number in numbers {
            try await client.append(
                Data(text: "[\(number)]"), to: name, contentType: Self.json)
        }
    }

    /// The numbers in what the follower gives, until there are `count` or the stream ends.
    private func numbers(
        _ batches: inout AsyncThrowingStream<StreamBatch, any Error>.Iterator, _ count: Int
    ) async throws -> [Int] {
        var numbers: [Int] = []
        while numbers.count < count, let batch = try await batches.next() {
            numbers += batch.messages.compactMap { Int($0.text) }
        }
        return numbers
    }

    @Test(arguments: FollowOptions.Mode.allCases)
    func `what was there comes first, then what is appended, then the end`(
        mode: FollowOptions.Mode
    ) async throws {
        let server = try TestServer()
        let client = try server.client()
        try await client.create("s", StreamCreation(contentType: Self.json))
        try await append(0..<10, to: "s", client)
        var batches = client.follow("s", options: FollowOptions(mode: mode)).makeAsyncIterator()
        #expect(try await numbers(&batches, 10) == Array(0..<10))
        for number in 10..<20 {
            try await append(number..<number + 1, to: "s", client)
            #expect(try await numbers(&batches, 1) == [number])
        }
        try await client.close("s")
        let last = try await batches.next()
        #expect(last?.isClosed == true)
        #expect(try await batches.next() == nil)
        server.stop()
    }

    @Test(arguments: [FollowOptions.Mode.events, .longPoll])
    func `now begins at the tail, and from there nothing is left out up to the close`(
        mode: FollowOptions.Mode
    ) async throws {
        let server = try TestServer()
        let client = try server.client()
        try await client.create("s", StreamCreation(contentType: Self.json))
        try await append(0..<10, to: "s", client)
        let batches = client.follow("s", from: .now, options: FollowOptions(mode: mode))
        let writing = Task {
            try await append(10..<60, to: "s", client)
            try await client.append(
                Data(text: "[60]"), to: "s", contentType: Self.json,
                options: AppendOptions(closes: true))
        }
        var numbers: [Int] = []
        var isClosed = false
        for try await batch in batches {
            numbers += batch.messages.compactMap { Int($0.text) }
            isClosed = batch.isClosed
        }
        #expect(isClosed)
        #expect(numbers == Array((numbers.first ?? 61)..<61))
        #expect(numbers.first ?? 10 >= 10)
        _ = try await writing.value
        server.stop()
    }

    @Test func `text arrives byte for byte, line ends included`() async throws {
        let server = try TestServer()
        let client = try server.client()
        let text = "one\r\ntwo\rthree\n\nfour"
        try await client.create("t", StreamCreation(contentType: "text/plain"))
        var batches = client.follow("t").makeAsyncIterator()
        async let first = batches.next()
        try await client.append(Data(text: text), to: "t", contentType: "text/plain")
        let batch = try await first
        #expect(batch?.content.text == text)
        server.stop()
    }

    @Test(arguments: [FollowOptions.Mode.events, .longPoll])
    func `a restarted server is followed on, without a gap and without a repetition`(
        mode: FollowOptions.Mode
    ) async throws {
        let directory = try TemporaryDirectory()
        let port = Loopback.freePort()
        func start() throws -> TestServer {
            try TestServer {
                $0.storage = .directory(directory.path("data"))
                $0.listenPort = port
            }
        }
        var server = try start()
        let client = try TestServer.client(port: port)
        try await client.create("s", StreamCreation(contentType: Self.json))
        let options = FollowOptions(
            mode: mode,
            retry: RetryPolicy(
                shortest: .milliseconds(10), longest: .milliseconds(50), attemptsMax: nil))
        var batches = client.follow("s", options: options).makeAsyncIterator()
        for round in 0..<3 {
            try await append(round * 10..<round * 10 + 10, to: "s", client)
            #expect(
                try await numbers(&batches, 10) == Array(round * 10..<round * 10 + 10))
            server.stop()
            server = try start()
        }
        try await append(30..<31, to: "s", client)
        #expect(try await numbers(&batches, 1) == [30])
        server.stop()
    }

    @Test func `a live answer that ends by age is followed by the next`() async throws {
        let server = try TestServer { $0.eventStreamMaxAgeMilliseconds = 50 }
        let client = try server.client()
        try await client.create("s", StreamCreation(contentType: Self.json))
        var batches = client.follow("s", options: FollowOptions(mode: .events))
            .makeAsyncIterator()
        for number in 0..<100 {
            try await append(number..<number + 1, to: "s", client)
            #expect(try await numbers(&batches, 1) == [number])
        }
        server.stop()
    }

    @Test func `a consumer that is too slow loses nothing`() async throws {
        let server = try TestServer()
        let client = try server.client()
        try await client.create("s", StreamCreation(contentType: Self.json))
        let options = FollowOptions(mode: .events, bufferBytesMax: 64)
        var batches = client.follow("s", options: options).makeAsyncIterator()
        try await append(0..<1, to: "s", client)
        #expect(try await numbers(&batches, 1) == [0])
        try await append(1..<2, to: "s", client)
        #expect(try await numbers(&batches, 1) == [1])
        // The live answer is open; what comes now is over the bound before it is asked for.
        try await append(2..<300, to: "s", client)
        #expect(try await numbers(&batches, 298) == Array(2..<300))
        server.stop()
    }

    @Test func `an error that another attempt would not mend ends the sequence`() async throws {
        let server = try TestServer()
        let client = try server.client()
        var missing = client.follow("nothing").makeAsyncIterator()
        let error = await #expect(throws: ClientError.self) { try await missing.next() }
        #expect(error?.status == 404)
        #expect(try await missing.next() == nil)
        try await client.create("s", StreamCreation(contentType: Self.json))
        var live = client.follow("s", options: FollowOptions(mode: .longPoll)).makeAsyncIterator()
        try await append(0..<1, to: "s", client)
        #expect(try await numbers(&live, 1) == [0])
        async let waiting = live.next()
        try await client.delete("s")
        do {
            _ = try await waiting
            Issue.record("the stream is gone, and the sequence went on")
        } catch let error as ClientError {
            #expect(error.status == 404)
        }
        server.stop()
    }

    @Test func `cancelling the task ends the wait at once`() async throws {
        let server = try TestServer()
        let client = try server.client()
        try await client.create("s", StreamCreation(contentType: Self.json))
        for mode in [FollowOptions.Mode.events, .longPoll] {
            let task = Task {
                var batches = client.follow("s", options: FollowOptions(mode: mode))
                    .makeAsyncIterator()
                return try await batches.next()
            }
            task.cancel()
            let result = await task.result
            switch result {
            case .success(let batch): #expect(batch == nil)
            case .failure(let error): #expect((error as? ClientError)?.kind == .cancelled)
            }
        }
        server.stop()
    }
}
