import Foundation
import ServerProcess
import Testing
import VarveClient
import VarveServer

/// Following the batches: none twice, none left out, whatever happens in between.
@Suite(.blocking, .timeLimit(.minutes(30))) struct SubscribeTests {
    private func put(_ numbers: ClosedRange<Int>, _ client: StoreClient) async throws {
        for number in numbers { try await client.put([StorePair("k\(number % 3)", "\(number)")]) }
    }

    @Test func `what was there comes first, then what is written; deletions say so`() async throws {
        let server = try TestServer()
        let client = try server.store()
        try await put(1...5, client)
        var changes = client.subscribe(from: 2).makeAsyncIterator()
        for sequence in 2...5 {
            let change = try await changes.next()
            #expect(change?.sequence == UInt64(sequence))
            #expect(change?.pairs == [StorePair("k\(sequence % 3)", "\(sequence)")])
        }
        try await client.delete([[1]])
        let deletion = try await changes.next()
        #expect(deletion?.isDeletion == true && deletion?.sequence == 6)
        server.stop()
    }

    @Test func `selectors and filters choose`() async throws {
        let server = try TestServer()
        let client = try server.store()
        try await client.put([
            StorePair("user/1", "Ada"), StorePair("user/x", "Bob"), StorePair("tmp/1", "Ada"),
        ])
        var changes = client.subscribe(
            [StoreSelector(prefix: Array("user/".utf8), pattern: "^[0-9]+$")],
            filters: [.exact([1]), .pattern("^A")], from: 1
        ).makeAsyncIterator()
        #expect(try await changes.next()?.pairs == [StorePair("user/1", "Ada")])
        for pattern in ["(", "[b-a]"] {
            var wrong = client.subscribe([StoreSelector(pattern: pattern)], from: 1)
                .makeAsyncIterator()
            let error = await #expect(throws: ClientError.self) { try await wrong.next() }
            #expect(error?.kind == .invalidArgument || error?.code == "INVALID_PATTERN")
            #expect(try await wrong.next() == nil)
        }
        server.stop()
    }

    @Test func `a consumer that is slow gets everything, in order`() async throws {
        let server = try TestServer()
        let client = try server.store()
        var options = SubscribeOptions()
        options.bufferBytesMax = 64
        var changes = client.subscribe(from: 1, options: options).makeAsyncIterator()
        try await put(1...300, client)
        for sequence in 1...300 {
            #expect(try await changes.next()?.sequence == UInt64(sequence))
        }
        server.stop()
    }

    @Test func `batches that are kept no more are an error that says where the log begins`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let server = try TestServer { $0.storage = .directory(directory.path("data")) }
        let client = try server.store()
        try await put(1...20, client)
        #expect(try await client.setRetention(.latest(5)) == 16)
        #expect(try await client.oldestRetainedBatch() == 16)
        var changes = client.subscribe(from: 3).makeAsyncIterator()
        let error = await #expect(throws: ClientError.self) { try await changes.next() }
        #expect(error?.code == "BATCH_EVICTED" && error?.oldestRetainedBatch == 16)
        #expect(try await client.setRetention(nil) == 16)
        server.stop()
    }

    @Test func `signs of life tell how far a subscription has seen that finds nothing`()
        async throws
    {
        let server = try TestServer { $0.eventStreamKeepAliveMilliseconds = 50 }
        let client = try server.store()
        try await put(1...3, client)
        var options = SubscribeOptions()
        options.includesSignsOfLife = true
        var changes = client.subscribe(
            [StoreSelector(prefix: [255])], from: 1, options: options
        ).makeAsyncIterator()
        var sign = try await changes.next()
        while let seen = sign, seen.sequence < 3 { sign = try await changes.next() }
        #expect(sign?.sequence == 3 && sign?.pairs == [])
        try await put(4...4, client)
        while let seen = sign, seen.sequence < 4 { sign = try await changes.next() }
        #expect(sign?.sequence == 4)
        server.stop()
    }

    @Test func `a restart of the server is not seen by the consumer`() async throws {
        let directory = try TemporaryDirectory()
        let port = Loopback.freePort()
        func serve() throws -> TestServer {
            try TestServer {
                $0.storage = .directory(directory.path("data"))
                $0.listenPort = port
            }
        }
        let first = try serve()
        let client = try TestServer.store(port: port)
        try await put(1...10, client)
        var options = SubscribeOptions(
            retry: RetryPolicy(shortest: .milliseconds(10), longest: .milliseconds(50)))
        options.retry.attemptsMax = nil
        var changes = client.subscribe(from: 1, options: options).makeAsyncIterator()
        for sequence in 1...10 {
            #expect(try await changes.next()?.sequence == UInt64(sequence))
        }
        first.stop()
        let second = try serve()
        try await put(11...20, client)
        for sequence in 11...20 {
            #expect(try await changes.next()?.sequence == UInt64(sequence))
        }
        second.stop()
    }
}
