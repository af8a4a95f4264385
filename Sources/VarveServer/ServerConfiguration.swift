// Everything about a server that its operator can choose, with the defaults and the allowed ranges.
// Parsing of flags, environment and files is the command line's; a value here is already typed.

package import VarveLog
package import VarveStorage
import VarveStore

/// The choices of a server's operator.
package struct ServerConfiguration: Sendable {
    /// Where the log lives.
    package enum Storage: Sendable, Equatable {
        /// In memory: everything ends with the process.
        case memory
        /// In this directory, which is made when it does not exist.
        case directory(String)
    }

    /// The most event loops: a stream remembers which of them have readers in a word of 32 bits.
    static let loopsMax = 32

    // MARK: Where

    /// The address to listen on: a name, an IPv4 or an IPv6 literal without brackets.
    package var listenHost = "127.0.0.1"
    /// The port to listen on; 0 lets the system choose.
    package var listenPort: UInt16 = 4437
    /// The path under which streams live: begins with `/`, does not end with one.
    package var basePath = "/v1/stream"
    /// Where the log lives.
    package var storage = Storage.memory
    /// The key of the files in a directory; nil when they are not encrypted.
    package var encryptionKey: EncryptionKey?
    /// The directory below which backups are made; nil makes none.
    package var backupDirectory: String?
    /// When an append counts as done.
    package var durability = Durability.sync

    /// Whether the key-value store is served beside the streams.
    package var hasStore = true

    // MARK: Reading

    /// The most payload bytes of one page of a catch-up read, and of one batch of an event stream.
    package var pageBytes = 4 << 20
    /// How long a long-poll waits.
    package var longPollTimeoutMilliseconds: UInt64 = 30_000
    /// How old an event stream gets before it is ended at a batch boundary.
    package var eventStreamMaxAgeMilliseconds: UInt64 = 60_000
    /// How long an event stream is silent before a comment is sent.
    package var eventStreamKeepAliveMilliseconds: UInt64 = 15_000
    /// What caches may do with catch-up reads.
    package var cachePolicy = CachePolicy.public
    /// The origins whose scripts may use the server; nil allows all.
    package var allowedOrigins: [String]?

    // MARK: Limits

    /// The most bytes of a request body.
    package var maxBodyBytes = 16 << 20
    /// The most bytes of a batch of the store; nil is as many as a file of the journal takes, up to
    /// what the store takes by itself.
    package var storeBatchBytesMax: Int?
    /// The most payload bytes of all streams together; nil is no limit.
    package var maxTotalBytes: UInt64?
    /// The most payload bytes of one stream; nil is no limit.
    package var maxStreamBytes: UInt64?
    /// The most bytes of a request head.
    package var headBytesMax = 32 << 10
    /// The most header lines of a request.
    package var headersMax = 100
    /// The most connections at a time.
    package var connectionsMax = 100_000
    /// The most long-polls that wait at a time.
    package var waitersMax = 100_000
    /// The most event streams open at a time.
    package var subscribersMax = 100_000
    /// The most bytes waiting to be sent on one connection before its reader counts as slow.
    package var connectionOutputBytesMax = 1 << 20
    /// How long a request head may take.
    package var headTimeoutMilliseconds: UInt64 = 10_000
    /// How long a request body may stand still.
    package var bodyTimeoutMilliseconds: UInt64 = 20_000
    /// How long a connection may be idle between requests.
    package var idleTimeoutMilliseconds: UInt64 = 75_000
    /// How long requests under way may take to end when the server is told to stop.
    package var drainMilliseconds: UInt64 = 10_000
    /// How long an append waits for space that is being prepared before it is refused as
    /// overloaded.
    package var overloadWaitMilliseconds: UInt64 = 2_000
    /// How often expired streams are looked for; well below a second, because it is also how soon
    /// the log hears that live readers still hold a stream.
    package var expirySweepMilliseconds: UInt64 = 250

    // MARK: Machine

    /// The number of event loops; nil is one for each processor.
    package var loops: Int?
    /// The number of threads that read from disk.
    package var readThreads = 2
    /// The bytes of the newest journal data kept in memory for readers.
    package var memoryWindowBytes = 32 << 20
    /// The size of a journal file in bytes.
    package var journalFileBytes = 64 << 20
    /// How many bytes of frames are settled together.
    package var settleBytes = 32 << 20
    /// The most records between two checkpoints of settled data.
    package var checkpointRecords = 1000
    /// How many settled streams stay in memory that nobody uses.
    package var residentStreamsMax = 50_000
    /// How many bytes a second merging segments may read and write together.
    package var mergeBytesPerSecond = 128 << 20
    /// How what is settled of new streams is stored, of which nothing else is said.
    package var compression = RunEncoding.none

    // MARK: Telling

    /// The least important lines that are logged.
    package var logLevel = LogLevel.info
    /// The form of logged lines.
    package var logFormat = LogFormat.logfmt

    /// A server with the defaults: in memory, on the protocol's port, for this machine only.
    package init() {}

    /// Checks every value against its allowed range; the error names the first that is outside.
    package func validate() throws(ConfigurationError) {
        try Self.check("base-path", isBasePath(basePath), "begin with / and not end with it")
        try Self.check("page-bytes", (1...1 << 30).contains(pageBytes), "be 1 to 1 GiB")
        try Self.check("max-body", (1...1 << 30).contains(maxBodyBytes), "be 1 byte to 1 GiB")
        try Self.check(
            "loops", loops.map { (1...Self.loopsMax).contains($0) } ?? true, "be 1 to 32")
        try Self.check("read-threads", (1...256).contains(readThreads), "be 1 to 256")
        try Self.check("max-head", (512...1 << 16 - 1).contains(headBytesMax), "be 512 to 65535")
        try Self.check("max-headers", (1...1000).contains(headersMax), "be 1 to 1000")
        try Self.check("max-connections", connectionsMax >= 1, "be at least 1")
        try Self.check(
            "max-connection-output", connectionOutputBytesMax >= 1 << 12, "be at least 4096 bytes")
        try Self.check(
            "journal-file", (1 << 20...1 << 31).contains(journalFileBytes), "be 1 MiB to 2 GiB")
        try Self.check(
            "settle-bytes", (1 << 20...1 << 30).contains(settleBytes), "be 1 MiB to 1 GiB")
        try Self.check(
            "checkpoint-records", (1...1000).contains(checkpointRecords), "be 1 to 1000")
        try Self.check(
            "merge-rate", (1 << 20...1 << 40).contains(mergeBytesPerSecond),
            "be 1 MiB to 1 TiB a second")
        try Self.check(
            "max-body", maxBodyBytes <= journalFileBytes / 2,
            "be at most half of journal-file: it is \(maxBodyBytes) bytes, and half of the other "
                + "\(journalFileBytes / 2)")
        if let bytes = storeBatchBytesMax {
            try Self.check(
                "store-max-batch", (1...StoreLimits.batchBytesCeiling).contains(bytes),
                "be 1 byte to \(StoreLimits.batchBytesCeiling >> 20) MiB")
            let fitting = Self.batchBytes(fittingFile: journalFileBytes)
            try Self.check(
                "store-max-batch", bytes <= fitting,
                "be at most 8/9 of journal-file: it is \(bytes) bytes, and 8/9 of the other "
                    + "\(fitting)")
        }
        for (name, value) in [
            ("long-poll-timeout", longPollTimeoutMilliseconds),
            ("sse-max-age", eventStreamMaxAgeMilliseconds),
            ("sse-keep-alive", eventStreamKeepAliveMilliseconds),
            ("head-timeout", headTimeoutMilliseconds), ("body-timeout", bodyTimeoutMilliseconds),
            ("idle-timeout", idleTimeoutMilliseconds),
        ] {
            try Self.check(name, (1...86_400_000).contains(value), "be 1 ms to a day")
        }
    }

    private func isBasePath(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/") && path.utf8.last != UInt8(ascii: "/")
            && path.utf8.count <= 256
            && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"?#%".utf8.contains($0) }
    }

    private static func check(
        _ name: String, _ isAllowed: Bool, _ rule: String
    ) throws(ConfigurationError) {
        if !isAllowed { throw ConfigurationError(option: name, rule: rule) }
    }
}

/// An option outside its allowed range.
package struct ConfigurationError: Error, CustomStringConvertible {
    /// The option's name, as on the command line without its dashes.
    package let option: String
    /// What it must do.
    package let rule: String

    package var description: String { "\(option) must \(rule)" }
}
