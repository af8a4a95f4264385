import VarveLog
import VarveServer
import VarveStorage

/// Turns the options of `varve serve` into the server's configuration.
enum ServeSettings {
    /// The most descriptors that connections leave to files and event loops.
    private static let descriptorsKeptMax = 512

    /// The configuration that the options describe, for a process that may have `descriptorsMax`
    /// open descriptors; nil when that is not known.
    ///
    /// - Throws: `CommandFailure.usage` that names the option and where its value was found.
    static func configuration(
        _ arguments: ParsedArguments, descriptorsMax: UInt64?
    ) throws(CommandFailure) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        (configuration.listenHost, configuration.listenPort) = try address(arguments)
        configuration.storage = try storage(arguments)
        configuration.encryptionKey = try encryptionKey(arguments, configuration.storage)
        configuration.backupDirectory = arguments.text(ServeOptions.backupDir)
        configuration.durability = try durability(arguments)
        set(&configuration.basePath, arguments.text(ServeOptions.basePath))
        set(&configuration.hasStore, arguments.text(ServeOptions.store).map { $0 == "on" })
        setReading(&configuration, arguments)
        setLimits(&configuration, arguments)
        if let descriptorsMax, arguments.source(ServeOptions.maxConnections) == nil {
            limitConnections(&configuration, Int(clamping: descriptorsMax))
        }
        setTimes(&configuration, arguments)
        configuration.loops = arguments.count(ServeOptions.loops)
        set(&configuration.readThreads, arguments.count(ServeOptions.readThreads))
        set(&configuration.memoryWindowBytes, arguments.bytes(ServeOptions.memoryWindow))
        set(&configuration.settleBytes, arguments.bytes(ServeOptions.settleBytes))
        set(&configuration.checkpointRecords, arguments.count(ServeOptions.checkpointRecords))
        set(&configuration.residentStreamsMax, arguments.count(ServeOptions.residentStreams))
        set(
            &configuration.compression,
            arguments.text(ServeOptions.compression).flatMap { word in
                RunEncoding.allCases.first { "\($0)" == word }
            })
        set(&configuration.mergeBytesPerSecond, arguments.bytes(ServeOptions.mergeRate))
        set(&configuration.journalFileBytes, arguments.bytes(ServeOptions.journalFile))
        set(
            &configuration.logLevel,
            arguments.text(ServeOptions.logLevel).flatMap(LogLevel.init(rawValue:)))
        set(
            &configuration.logFormat,
            arguments.text(ServeOptions.logFormat).flatMap(LogFormat.init(rawValue:)))
        do throws(ConfigurationError) {
            try configuration.validate()
        } catch {
            let option = ServeOptions.all.first { $0.name == error.option }
            let subject = option.map { arguments.subject($0) } ?? "--\(error.option)"
            throw .usage("\(subject): must \(error.rule)")
        }
        return configuration
    }

    private static func setReading(
        _ configuration: inout ServerConfiguration, _ arguments: ParsedArguments
    ) {
        set(&configuration.pageBytes, arguments.bytes(ServeOptions.pageBytes))
        set(
            &configuration.cachePolicy,
            arguments.text(ServeOptions.cache).flatMap(CachePolicy.init(rawValue:)))
        let origins = arguments.texts(ServeOptions.allowedOrigin)
        configuration.allowedOrigins = origins.isEmpty ? nil : origins
    }

    private static func setLimits(
        _ configuration: inout ServerConfiguration, _ arguments: ParsedArguments
    ) {
        set(&configuration.maxBodyBytes, arguments.bytes(ServeOptions.maxBody))
        configuration.storeBatchBytesMax = arguments.bytes(ServeOptions.storeMaxBatch)
        configuration.maxTotalBytes = arguments.bytes(ServeOptions.maxTotalBytes).map(UInt64.init)
        configuration.maxStreamBytes = arguments.bytes(ServeOptions.maxStreamBytes)
            .map(UInt64.init)
        set(&configuration.headBytesMax, arguments.bytes(ServeOptions.maxHead))
        set(&configuration.headersMax, arguments.count(ServeOptions.maxHeaders))
        set(&configuration.connectionsMax, arguments.count(ServeOptions.maxConnections))
        set(&configuration.waitersMax, arguments.count(ServeOptions.maxWaiters))
        set(&configuration.subscribersMax, arguments.count(ServeOptions.maxSubscribers))
        set(
            &configuration.connectionOutputBytesMax,
            arguments.bytes(ServeOptions.maxConnectionOutput))
    }

    /// Keeps connections from taking the descriptors that the log needs for its files.
    private static func limitConnections(
        _ configuration: inout ServerConfiguration, _ descriptorsMax: Int
    ) {
        let kept = min(descriptorsMax / 2, descriptorsKeptMax)
        configuration.connectionsMax = min(
            configuration.connectionsMax, max(1, descriptorsMax - kept))
    }

    private static func setTimes(
        _ configuration: inout ServerConfiguration, _ arguments: ParsedArguments
    ) {
        let time = { (option: Option) in arguments.milliseconds(option).map { UInt64($0) } }
        set(&configuration.longPollTimeoutMilliseconds, time(ServeOptions.longPollTimeout))
        set(&configuration.eventStreamMaxAgeMilliseconds, time(ServeOptions.eventStreamMaxAge))
        set(
            &configuration.eventStreamKeepAliveMilliseconds,
            time(ServeOptions.eventStreamKeepAlive))
        set(&configuration.headTimeoutMilliseconds, time(ServeOptions.headTimeout))
        set(&configuration.bodyTimeoutMilliseconds, time(ServeOptions.bodyTimeout))
        set(&configuration.idleTimeoutMilliseconds, time(ServeOptions.idleTimeout))
        set(&configuration.drainMilliseconds, time(ServeOptions.drainTimeout))
        set(&configuration.overloadWaitMilliseconds, time(ServeOptions.overloadWait))
    }

    private static func set<Value>(_ place: inout Value, _ value: Value?) {
        if let value { place = value }
    }

    /// `HOST:PORT`, the host of an IPv6 address in brackets.
    private static func address(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> (String, UInt16) {
        let text = arguments.text(ServeOptions.listen) ?? ""
        guard let colon = text.lastIndex(of: ":"),
            let port = Quantity.count(String(text[text.index(after: colon)...])),
            let port = UInt16(exactly: port), colon > text.startIndex
        else {
            throw .usage(
                "\(arguments.subject(ServeOptions.listen)): expected HOST:PORT such as "
                    + "127.0.0.1:4437 or [::1]:4437, found \"\(text)\"")
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        guard isBracketed || !host.contains(":") else {
            throw .usage(
                "\(arguments.subject(ServeOptions.listen)): expected an IPv6 address in brackets "
                    + "such as [::1]:4437, found \"\(text)\"")
        }
        return (String(isBracketed ? host.dropFirst().dropLast() : host), port)
    }

    /// One of `--data-dir` and `--memory`; when both are given, that of the stronger source.
    private static func storage(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> ServerConfiguration.Storage {
        let directory = arguments.text(ServeOptions.dataDir)
        let isMemory = arguments.isOn(ServeOptions.memory)
        guard let directory else {
            if isMemory { return .memory }
            throw .usage(
                "serve: expected --data-dir DIR, or --memory for streams that end with the process")
        }
        guard isMemory, let memorySource = arguments.source(ServeOptions.memory),
            let directorySource = arguments.source(ServeOptions.dataDir)
        else { return .directory(directory) }
        if memorySource.strength == directorySource.strength {
            throw .usage(
                "\(arguments.subject(ServeOptions.memory)) and "
                    + "\(arguments.subject(ServeOptions.dataDir)) exclude each other")
        }
        return memorySource.strength > directorySource.strength ? .memory : .directory(directory)
    }

    /// The key of `--encryption-key-file`, which only a directory can have.
    private static func encryptionKey(
        _ arguments: ParsedArguments, _ storage: ServerConfiguration.Storage
    ) throws(CommandFailure) -> EncryptionKey? {
        let option = ServeOptions.encryptionKeyFile
        if case .memory = storage, arguments.isGiven(option) {
            throw .usage("\(arguments.subject(option)): needs --data-dir, memory is not encrypted")
        }
        return try VolumeOpening.key(arguments, option)
    }

    private static func durability(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> Durability {
        let text = arguments.text(ServeOptions.durability) ?? ""
        switch text {
        case "sync": return .sync
        case "os": return .os
        default:
            let prefix = "interval:"
            if text.hasPrefix(prefix),
                let milliseconds = Quantity.milliseconds(String(text.dropFirst(prefix.count))),
                milliseconds > 0
            {
                return .interval(milliseconds: milliseconds)
            }
            throw .usage(
                "\(arguments.subject(ServeOptions.durability)): expected sync, interval:MS or os, "
                    + "found \"\(text)\"")
        }
    }
}
