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
    let retentions: RetentionIndex
    let scratches = ScratchPool()

    /// Opens the log of a volume and recovers its streams.
    ///
    /// - Parameters:
    ///   - indexes: where the catalog is kept; nil as in `EventLog.open`.
    ///   - signer: what signs segments, from the first one on that is written.
    package static func open(
        volume: any Volume, indexes: (any IndexSource)? = nil,
        logOptions: LogOptions = LogOptions(),
        options: StreamOptions = StreamOptions(), clock: any Clock, random: any RandomSource,
        signer: HeadSigner? = nil
    ) throws(LogError) -> StreamEngine {
        let time = Timekeeper(clock: clock)
        let contentTypes = ContentTypeTable()
        let expiries = ExpiryIndex()
        let retentions = RetentionIndex()
        let fold = StreamFold(
            contentTypes: contentTypes, time: time, expiries: expiries, retentions: retentions)
        let log = try EventLog.open(
            volume: volume, indexes: indexes, options: logOptions, clock: clock, random: random,
            fold: fold, signer: signer)
        time.note(log.openedAtMilliseconds)
        return StreamEngine(log, options, time, contentTypes, expiries, retentions)
    }

    private init(
        _ log: EventLog, _ options: StreamOptions, _ time: Timekeeper,
        _ contentTypes: ContentTypeTable, _ expiries: ExpiryIndex,
        _ retentions: RetentionIndex
    ) {
        self.log = log
        self.options = options
        self.time = time
        self.contentTypes = contentTypes
        self.expiries = expiries
        self.retentions = retentions
        quota = ByteQuota(limit: options.maxTotalBytes)
        quota.adopt(log.openedBytes)
        log.forEachResidentStream { logStream in
            let stream = Stream(logStream)
            logStream.withLock { state in
                retentions.schedule(stream, state)
                guard !state.isRetired, let expiry = stream.cell.state.expiry else { return }
                expiry.assumeUnjournalledUse()
                expiries.add(
                    ExpiryIndex.Entry(moment: expiry.nextVisit, stream: stream.id, expiry: expiry))
            }
        }
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

    /// How many streams are in memory, and how many came into it and left it so far.
    package var residency: (resident: Int, loads: UInt64, evictions: UInt64) {
        let namespace = log.namespace
        return (namespace.residentCount, namespace.loads, namespace.evictions)
    }

    /// The stream of that name; nil when there is none. It may have expired: operations check that.
    ///
    /// It stays in memory as long as the handle is kept.
    ///
    /// - Parameter blocking: whether to wait for the disk, where streams are that nobody used for
    ///   long; unless, `log(.wouldBlock)` is thrown for those: ask again from a thread that may
    ///   wait.
    package func find(
        _ name: UnsafeRawBufferPointer, blocking: Bool
    ) throws(StreamRefusal) -> Stream? {
        do {
            let found = try log.find(name: name, blocking: blocking)
            return found.flatMap { $0.isReserved ? nil : Stream($0) }
        } catch {
            throw StreamRefusal(.log(error))
        }
    }

    /// The stream of that name; throws `notFound`, to be held until what removed it is durable, and
    /// what `find` throws.
    package func lookUp(
        _ name: UnsafeRawBufferPointer, blocking: Bool
    ) throws(StreamRefusal) -> Stream {
        guard let stream = try find(name, blocking: blocking) else { throw absence() }
        return stream
    }

    /// Runs `body` alone among all that create and delete streams, with the stream of that name.
    ///
    /// Waits for the disk, if it does, before it is alone.
    func withNamespace<R>(
        finding name: UnsafeRawBufferPointer, blocking: Bool,
        _ body: (Namespace, LogStream?) throws(StreamRefusal) -> R
    ) throws(StreamRefusal) -> R {
        while true {
            let probe: NameProbe
            do {
                probe = try log.probe(name, blocking: blocking)
            } catch {
                throw StreamRefusal(.log(error))
            }
            let result = try log.withNamespace { (namespace) throws(StreamRefusal) -> R? in
                let found: LogStream?
                do throws(LogError) {
                    found = try namespace.find(name, after: probe)
                } catch {
                    // The name got a stream that is gone from memory already: look again.
                    guard error == .wouldBlock, blocking else { throw StreamRefusal(.log(error)) }
                    return nil
                }
                return try body(namespace, found?.isReserved == true ? nil : found)
            }
            if let result { return result }
        }
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
