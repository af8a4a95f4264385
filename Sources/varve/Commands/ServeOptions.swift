import VarveLog
import VarveServer

/// The options of `varve serve`. Each is also an environment variable and a key of the
/// configuration file.
enum ServeOptions {
    /// The server's own defaults, which the help shows.
    private static let standard = ServerConfiguration()

    static let listen = setting(
        "listen", .text(placeholder: "HOST:PORT"),
        "Address to listen on; an IPv6 address in brackets; port 0 lets the system choose",
        standard: "\(standard.listenHost):\(standard.listenPort)")
    static let dataDir = setting(
        "data-dir", .text(placeholder: "DIR"), "Directory of the log, made when it does not exist")
    static let memory = setting(
        "memory", .none, "Keep everything in memory: it ends with the process")
    static let encryptionKeyFile = setting(
        VolumeOpening.keyFile.name, VolumeOpening.keyFile.value, VolumeOpening.keyFile.summary)
    static let backupDir = setting(
        "backup-dir", .text(placeholder: "DIR"),
        "Directory below which backups may be made over HTTP; without it none")
    static let durability = setting(
        "durability", .text(placeholder: "sync|interval:MS|os"),
        "When an append counts as done: synced to disk; written, and synced every so many "
            + "milliseconds; or written", standard: "sync")
    static let basePath = setting(
        "base-path", .text(placeholder: "PATH"), "Path under which streams live",
        standard: standard.basePath)
    static let store = setting(
        "store", .choice(["on", "off"]), "Whether the key-value store is served beside the streams",
        standard: "on")

    static let longPollTimeout = setting(
        "long-poll-timeout", .milliseconds, "How long a long-poll waits",
        standard: time(standard.longPollTimeoutMilliseconds))
    static let eventStreamMaxAge = setting(
        "sse-max-age", .milliseconds,
        "How old an event stream gets before it is ended between two batches",
        standard: time(standard.eventStreamMaxAgeMilliseconds))
    static let eventStreamKeepAlive = setting(
        "sse-keep-alive", .milliseconds,
        "How long an event stream is silent before a comment is sent",
        standard: time(standard.eventStreamKeepAliveMilliseconds))
    static let pageBytes = setting(
        "page-bytes", .bytes, "The most bytes of one page of a read, unless one record is larger",
        standard: Quantity.text(bytes: standard.pageBytes))
    static let cache = setting(
        "cache", .choice(CachePolicy.allCases.map(\.rawValue)),
        "What caches may do with catch-up reads", standard: standard.cachePolicy.rawValue)
    static let allowedOrigin = setting(
        "allowed-origin", .text(placeholder: "ORIGIN"),
        "Origin whose scripts may use the server; without it all may", isRepeatable: true)

    static let maxBody = setting(
        "max-body", .bytes, "The most bytes of a request body",
        standard: Quantity.text(bytes: standard.maxBodyBytes))
    static let storeMaxBatch = setting(
        "store-max-batch", .bytes,
        "The most bytes of a batch of the store; without it what a journal file takes, up to 64 MiB"
    )
    static let maxTotalBytes = setting(
        "max-total-bytes", .bytes, "The most bytes of all streams together; without it no limit")
    static let maxStreamBytes = setting(
        "max-stream-bytes", .bytes, "The most bytes of one stream; without it no limit")
    static let maxHead = setting(
        "max-head", .bytes, "The most bytes of a request head",
        standard: Quantity.text(bytes: standard.headBytesMax))
    static let maxHeaders = setting(
        "max-headers", .count(minimum: 1), "The most header lines of a request",
        standard: "\(standard.headersMax)")
    static let maxConnections = setting(
        "max-connections", .count(minimum: 1), "The most connections at a time",
        standard: "\(standard.connectionsMax)")
    static let maxWaiters = setting(
        "max-waiters", .count(minimum: 0), "The most long-polls that wait at a time",
        standard: "\(standard.waitersMax)")
    static let maxSubscribers = setting(
        "max-subscribers", .count(minimum: 0), "The most event streams open at a time",
        standard: "\(standard.subscribersMax)")
    static let maxConnectionOutput = setting(
        "max-connection-output", .bytes,
        "The most bytes that wait on one connection before its reader counts as slow",
        standard: Quantity.text(bytes: standard.connectionOutputBytesMax))
    static let headTimeout = setting(
        "head-timeout", .milliseconds, "How long a request head may take",
        standard: time(standard.headTimeoutMilliseconds))
    static let bodyTimeout = setting(
        "body-timeout", .milliseconds, "How long a request body may stand still",
        standard: time(standard.bodyTimeoutMilliseconds))
    static let idleTimeout = setting(
        "idle-timeout", .milliseconds, "How long a connection may be idle between requests",
        standard: time(standard.idleTimeoutMilliseconds))
    static let drainTimeout = setting(
        "drain-timeout", .milliseconds,
        "How long requests under way may take to end when the server is told to stop",
        standard: time(standard.drainMilliseconds))
    static let overloadWait = setting(
        "overload-wait", .milliseconds,
        "How long an append or a put waits for room before it is refused",
        standard: time(standard.overloadWaitMilliseconds))

    static let loops = setting(
        "loops", .count(minimum: 1), "Event loops; without it one for each processor")
    static let readThreads = setting(
        "read-threads", .count(minimum: 1), "Threads that read from disk",
        standard: "\(standard.readThreads)")
    static let memoryWindow = setting(
        "memory-window", .bytes, "Bytes of the newest data kept in memory for readers",
        standard: Quantity.text(bytes: standard.memoryWindowBytes))
    static let settleBytes = setting(
        "settle-bytes", .bytes, "How many bytes of the journal are moved into a segment together",
        standard: Quantity.text(bytes: standard.settleBytes))
    static let checkpointRecords = setting(
        "checkpoint-records", .count(minimum: 1),
        "The most settled records between two places from which reading and verifying can begin",
        standard: "\(standard.checkpointRecords)")
    static let residentStreams = setting(
        "resident-streams", .count(minimum: 0),
        "How many settled streams stay in memory that nobody uses",
        standard: "\(standard.residentStreamsMax)")
    static let compression = setting(
        "compression", .choice(RunEncoding.allCases.map { "\($0)" }),
        "How settled data of new streams is stored that do not say so themselves",
        standard: "\(standard.compression)")
    static let mergeRate = setting(
        "merge-rate", .bytes, "How many bytes a second merging segments reads and writes",
        standard: Quantity.text(bytes: standard.mergeBytesPerSecond))
    static let journalFile = setting(
        "journal-file", .bytes, "The size of a journal file",
        standard: Quantity.text(bytes: standard.journalFileBytes))

    static let logLevel = setting(
        "log-level", .choice(LogLevel.allCases.map(\.rawValue)),
        "The least important lines that are logged", standard: standard.logLevel.rawValue)
    static let logFormat = setting(
        "log-format", .choice(LogFormat.allCases.map(\.rawValue)), "The form of logged lines",
        standard: standard.logFormat.rawValue)

    /// All of them, in the order of the help.
    static let all = [
        listen, dataDir, memory, backupDir, encryptionKeyFile, durability, basePath,
        store, longPollTimeout,
        eventStreamMaxAge, eventStreamKeepAlive, pageBytes, cache, allowedOrigin, maxBody,
        storeMaxBatch, maxTotalBytes, maxStreamBytes, maxHead, maxHeaders, maxConnections,
        maxWaiters, maxSubscribers,
        maxConnectionOutput, headTimeout, bodyTimeout, idleTimeout, drainTimeout, overloadWait,
        loops, readThreads, memoryWindow, journalFile, settleBytes, checkpointRecords,
        residentStreams, mergeRate, compression,
        logLevel, logFormat,
        OptionResolution.config,
    ]

    /// A number of milliseconds as the help shows it.
    private static func time(_ milliseconds: UInt64) -> String {
        Quantity.text(milliseconds: milliseconds)
    }

    private static func setting(
        _ name: String, _ value: Option.Value, _ summary: String, standard: String? = nil,
        isRepeatable: Bool = false
    ) -> Option {
        Option(
            name: name, value: value, summary: summary, standard: standard,
            isRepeatable: isRepeatable, isInEnvironment: true, isInFile: true)
    }
}
