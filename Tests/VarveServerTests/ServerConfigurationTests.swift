import Testing
import VarveNetwork
import VarveStore

@testable import VarveServer

/// What a configuration accepts.
@Suite("ServerConfiguration")
struct ServerConfigurationTests {
    @Test("the defaults are allowed")
    func defaults() throws {
        try ServerConfiguration().validate()
    }

    /// Changes that make a configuration invalid, with the option that the error must name.
    static let invalid: [(option: String, change: @Sendable (inout ServerConfiguration) -> Void)] =
        [
            ("base-path", { $0.basePath = "v1" }),
            ("base-path", { $0.basePath = "/v1/" }),
            ("base-path", { $0.basePath = "" }),
            ("base-path", { $0.basePath = "/a b" }),
            ("base-path", { $0.basePath = "/a?b" }),
            ("page-bytes", { $0.pageBytes = 0 }),
            ("max-body", { $0.maxBodyBytes = 0 }),
            ("store-max-batch", { $0.storeBatchBytesMax = 0 }),
            ("store-max-batch", { $0.storeBatchBytesMax = 1 << 30 }),
            ("store-max-batch", { $0.storeBatchBytesMax = 60 << 20 }),
            ("loops", { $0.loops = 0 }),
            ("loops", { $0.loops = 5000 }),
            ("read-threads", { $0.readThreads = 0 }),
            ("max-head", { $0.headBytesMax = 100 }),
            ("max-headers", { $0.headersMax = 0 }),
            ("max-connections", { $0.connectionsMax = 0 }),
            ("max-connection-output", { $0.connectionOutputBytesMax = 10 }),
            ("journal-file", { $0.journalFileBytes = 1000 }),
            ("long-poll-timeout", { $0.longPollTimeoutMilliseconds = 0 }),
            ("sse-max-age", { $0.eventStreamMaxAgeMilliseconds = 0 }),
            ("sse-keep-alive", { $0.eventStreamKeepAliveMilliseconds = 0 }),
            ("head-timeout", { $0.headTimeoutMilliseconds = 0 }),
            ("body-timeout", { $0.bodyTimeoutMilliseconds = 100_000_000_000 }),
            ("idle-timeout", { $0.idleTimeoutMilliseconds = 0 }),
        ]

    @Test("a batch of the store is what a journal file takes, up to 64 MiB")
    func batchesFitTheJournal() throws {
        var configuration = ServerConfiguration()
        configuration.storage = .directory("data")
        #expect(configuration.store.batchBytesMax == (64 << 20) / 9 * 8)
        configuration.journalFileBytes = 256 << 20
        #expect(configuration.store.batchBytesMax == 64 << 20)
        #expect(configuration.network.largeBodyBytesMax == 97 << 20)
        configuration.storeBatchBytesMax = 96 << 20
        try configuration.validate()
        #expect(configuration.store.batchBytesMax == 96 << 20)
        configuration.storeBatchBytesMax = 1 << 20
        #expect(configuration.store.batchBytesMax == 1 << 20)
        // Other bodies keep their own limit, which a small batch is below.
        #expect(configuration.network.bodyBytesMax == 16 << 20)
        #expect(configuration.network.largeBodyBytesMax == 16 << 20)
        configuration.hasStore = false
        #expect(configuration.network.largeBodyBytesMax == 0)
    }

    @Test("a value outside its range is refused by the option's name", arguments: invalid.indices)
    func refusal(_ index: Int) {
        let (option, change) = Self.invalid[index]
        var configuration = ServerConfiguration()
        change(&configuration)
        #expect { try configuration.validate() } throws: { error in
            (error as? ConfigurationError)?.option == option
        }
    }
}
