package import VarveIndex
package import VarveLog
package import VarvePlatform
package import VarveStorage

/// The protocol of durable streams over one log: create, append, close, read, delete, expire.
///
/// Every operation plans against the state of its stream under that stream's lock, stages one event
/// with its records in the log, and applies it. Nothing waits for the disk: each outcome and each
/// refusal names the LSN at which it may be shown, because both reveal state.
///
/// Thread rule: any thread; nothing is `async`. Locks are taken in the order namespace, stream,
/// journal. Call `close` at the end: listeners and engine hold each other until then.
package final class StreamEngine: Sendable {
    /// The log that the streams live in.
    package let log: EventLog
    /// The limits.
    package let options: StreamOptions

    let time: Timekeeper
    let contentTypes: ContentTypeTable
    let quota: ByteQuota
    let listeners = ListenerTable()
    let expiries: ExpiryIndex
    let retentions = RetentionIndex()
    let scratches = ScratchPool()

    /// Opens the log of a volume and recovers its streams.
    ///
    /// - Parameter indexes: where the catalog is kept; nil as in `EventLog.open`.
    package static func open(
        volume: any Volume, indexes: (any IndexSource)? = nil,
        logOptions: LogOptions = LogOptions(),
        options: StreamOptions = StreamOptions(), clock: any Clock, random: any RandomSource
    ) throws(LogError) -> StreamEngine {
        let time = Timekeeper(clock: clock)
        let contentTypes = ContentTypeTable()
        let fold = StreamFold(contentTypes: contentTypes, time: time)
        let log = try EventLog.open(
            volume: volume, indexes: indexes, options: logOptions, clock: clock, random: random,
            fold: fold)
        time.note(log.openedAtMilliseconds)
        return StreamEngine(log, options, time, contentTypes)
    }

    private init(
        _ log: EventLog, _ options: StreamOptions, _ time: Timekeeper,
        _ contentTypes: ContentTypeTable
    ) {
        self.log = log
        self.options = options
        self.time = time
        self.contentTypes = contentTypes
        let quota = ByteQuota(limit: options.maxTotalBytes)
        let expiries = ExpiryIndex()
        let retentions = self.retentions
        log.forEachStream { logStream in
            let stream = Stream(logStream)
            logStream.withLock { state in
                quota.adopt(stream.ownBytes(state))
                retentions.schedule(stream, state)
                guard !state.isRetired, let expiry = stream.cell.state.expiry else { return }
                expiry.assumeUnjournalledUse()
                expiries.add(
                    ExpiryIndex.Entry(visit: expiry.nextVisit, stream: stream, expiry: expiry))
            }
        }
        self.quota = quota
        self.expiries = expiries
    }

    /// Settles what is staged and closes the log. Nothing may be called afterwards.
    package func close() {
        log.close()
        listeners.clear()
    }

    /// The stored bytes of all streams, durable or not yet.
    package var totalBytes: UInt64 { quota.total }

    /// How many streams there are, expired ones that were not swept yet included.
    package var streamCount: Int { log.namespace.count }

    /// The stream of that name; nil when there is none. It may have expired: operations check that.
    package func find(_ name: UnsafeRawBufferPointer) -> Stream? {
        log.find(name: name).map { Stream($0) }
    }

    /// The stream of that name; throws `notFound`, to be held until what removed it is durable.
    package func lookUp(_ name: UnsafeRawBufferPointer) throws(StreamRefusal) -> Stream {
        guard let stream = find(name) else { throw absence() }
        return stream
    }

    /// The refusal for a name that has no stream.
    package func absence() -> StreamRefusal {
        StreamRefusal(.notFound, visibleAt: log.withNamespace { $0.lastDeletion })
    }

    /// Adds a listener for the life of the engine; the number that `watch` wants. At most 64.
    package func addListener(_ listener: any StreamListener) -> Int {
        listeners.add(listener)
    }
}
