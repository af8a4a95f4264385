import Synchronization
package import VarveIndex
package import VarvePlatform
public import VarveStorage

/// A durable, append-only log of many streams in one directory.
///
/// Opening recovers what was committed; closing commits, settles and marks what is there. Thread
/// rule: any thread may call anything; nothing here waits for a disk except `open`, `close`,
/// `settle`, `waitUntilDurable` and the blocking reads.
public final class EventLog: Sendable {
    /// The options it was opened with.
    public let options: LogOptions

    /// Where its files are.
    package let volume: any Volume
    let journal: Journal
    let bytes: LogBytes
    let pins = ReadPins()
    let commits: Commits
    private let stager: Stager
    /// Where its times come from.
    package let clock: any Clock
    let preparer: FilePreparer
    let flusher: Flusher
    let settler: Settler
    /// What signs segments.
    let cutSigner = CutSigner()
    let catalog: Catalog
    private let loader: StreamLoader
    /// The bytes of all streams' own records when the log was opened.
    package let openedBytes: UInt64
    /// True while a backup is being made.
    let isBackingUp = Atomic<Bool>(false)
    /// What keeps an index of its own beside the log.
    let companion = Mutex<(any LogCompanion)?>(nil)
    /// The time of the last frame when the log was opened, in milliseconds since 1970.
    package let openedAtMilliseconds: UInt64
    /// The streams, for what needs no order: counting.
    package let namespace: Namespace
    private let namespaceMutex = Mutex<Void>(())
    private let lock: Mutex<VolumeLock?>

    /// Puts together what recovery found and starts the threads.
    init(
        _ parts: Recovery.Outcome, lock: VolumeLock, signer: HeadSigner?
    ) throws(LogError) {
        options = parts.options
        volume = parts.volume
        journal = parts.journal
        catalog = parts.settled.catalog
        openedAtMilliseconds = parts.lastWallMilliseconds
        openedBytes = parts.streamBytes
        loader = StreamLoader(
            from: catalog, into: parts.directory, fold: parts.fold,
            residentMax: parts.options.residentStreamsMax)
        bytes = LogBytes(
            journal: parts.journal, files: parts.files,
            segments: SegmentFiles(volume: parts.volume, openMax: parts.options.openFilesMax))
        commits = parts.commits
        stager = parts.stager
        clock = parts.clock
        preparer = parts.preparer
        namespace = Namespace(
            directory: parts.directory, loader: loader, stager: parts.stager,
            random: parts.random)
        self.lock = Mutex(lock)
        let writer = JournalWriter(
            volume: parts.volume, files: parts.files, preparer: parts.preparer, clock: parts.clock,
            file: parts.file, fileID: parts.fileID, endByte: parts.endByte, lastLSN: parts.lastLSN)
        // The settler may have work at once.
        cutSigner.current = signer
        let synced = SyncedJournal(cut: writer.cut, frameBytes: parts.unsettledBytes)
        flusher = Flusher(
            journal: parts.journal, writer: writer, commits: parts.commits,
            preparer: parts.preparer, syncedJournal: synced, options: parts.options,
            clock: parts.clock)
        settler = Settler(
            Settler.Parts(
                volume: parts.volume, options: parts.options, random: parts.random,
                fold: parts.fold, catalog: catalog, bytes: bytes, journal: journal,
                directory: parts.directory, loader: loader, pins: pins, preparer: preparer,
                synced: synced, signer: cutSigner),
            from: parts.settled.mark)
        try startThreads(parts.files)
    }

    private func startThreads(_ files: JournalFiles) throws(LogError) {
        try preparer.start(for: journal, files: files)
        do throws(LogError) {
            try flusher.start()
            do throws(LogError) {
                try settler.start()
            } catch {
                flusher.stop(abandoning: true)
                throw error
            }
        } catch {
            preparer.stop()
            throw error
        }
    }

    deinit {
        close()
    }

    // MARK: Opening and closing

    /// Opens the log in `directory`, making it when there is none.
    ///
    /// Changes nothing on disk when it throws, except that a directory that was missing may be
    /// there.
    /// - Parameter key: the key of an encrypted log; a new one is encrypted with it.
    /// - Throws: `locked`, `foreignFile`, `foreignStream`, `newerFormat`, `missingFile`,
    ///   `corruption`, `outOfSpace`, `io`.
    public static func open(
        directory: String, key: EncryptionKey? = nil, options: LogOptions = LogOptions()
    ) throws(LogError) -> EventLog {
        let volume = try LogError.wrapping { () throws(StorageError) in
            try LogVolume.open(directory: directory, key: key)
        }
        return try open(
            volume: volume, options: options, clock: SystemClock(), random: SystemRandom(),
            fold: LoneLogFold())
    }

    /// Opens the log in `volume`, telling `fold` everything that the log has.
    ///
    /// - Parameters:
    ///   - indexes: where the catalog is kept; nil = beside the files of a `FileVolume`, else in
    ///     memory, made again from the segments each time.
    ///   - signer: what signs segments, from the first one on that is written.
    package static func open(
        volume: any Volume, indexes: (any IndexSource)? = nil, options: LogOptions,
        clock: any Clock, random: any RandomSource, fold: (any LogFold)?,
        signer: HeadSigner? = nil
    ) throws(LogError) -> EventLog {
        try options.check()
        let lock = try LogError.wrapping { () throws(StorageError) in
            try volume.lock(.exclusive)
        }
        do throws(LogError) {
            let outcome = try Recovery.run(
                volume: volume,
                indexes: indexes ?? LogVolume.indexes(of: volume) ?? MemoryIndexSource(),
                options: options,
                clock: clock, random: random, fold: fold.map { OpenStreamsFold($0) })
            return try EventLog(outcome, lock: lock, signer: signer)
        } catch {
            lock.abandon()
            throw error
        }
    }

    /// Commits, syncs and settles everything staged, marks it, stops the threads, and unlocks the
    /// directory.
    ///
    /// Later calls are refused as `closed`. A second close does nothing.
    public func close() {
        finish(abandoning: false)
    }

    /// Ends as if the process had died: what is staged and not written is lost. For crash tests.
    package func abandon() {
        finish(abandoning: true)
    }

    private func finish(abandoning: Bool) {
        let lock = self.lock.withLock { lock in
            defer { lock = nil }
            return lock
        }
        guard let lock else { return }
        journal.close()
        flusher.stop(abandoning: abandoning)
        let settles = options.settlesWhenClosed && options.checkpoints != .explicit
        settler.stop(settling: !abandoning && settles && failure == nil)
        preparer.stop()
        catalog.close()
        commits.end()
        lock.release()
    }

    // MARK: Committing

    /// The last LSN that readers may see: one atomic load.
    package var durable: LSN { LSN(commits.durable) }

    /// The last LSN on stable storage.
    package var synced: LSN { LSN(commits.synced) }

    /// The LSN of the last frame staged.
    package var staged: LSN { LSN(journal.next - 1) }

    /// Why nothing more can be written; nil while all is well. One atomic load.
    package var failure: LogError? { commits.failure }

    /// Whether it would refuse an append as `overloaded` now, for what waits to be written or
    /// settled. False is no promise.
    package var isOverloaded: Bool { journal.isFull }

    /// Asks for a commit of everything staged so far. Returns at once.
    package func requestCommit() {
        flusher.requestCommit()
    }

    /// Adds a listener for the life of the log.
    package func addCommitListener(_ listener: any CommitListener) {
        commits.add(listener)
    }

    /// Blocks until `lsn` is durable by the log's mode.
    public func waitUntilDurable(_ lsn: LSN) throws(LogError) {
        flusher.requestCommit()
        flusher.stepIfStepped()
        try commits.wait(for: lsn.rawValue, isStrong: false)
    }

    /// Blocks until `lsn` is on stable storage, whatever the log's mode.
    public func waitUntilSynced(_ lsn: LSN) throws(LogError) {
        flusher.requestSync(through: lsn.rawValue)
        flusher.stepIfStepped(syncing: lsn.rawValue)
        try commits.wait(for: lsn.rawValue, isStrong: true)
    }

    /// Returns when `lsn` is durable by the log's mode.
    public func durable(_ lsn: LSN) async throws(LogError) {
        flusher.requestCommit()
        flusher.stepIfStepped()
        try await commits.wait(for: lsn.rawValue, isStrong: false)
    }

    /// Moves everything staged so far from the journal into a segment, and waits for that.
    ///
    /// - Throws: `poisoned`, `outOfSpace`, `io`, `corruption`; then nothing has changed.
    public func settle() throws(LogError) {
        try waitUntilSynced(LSN(journal.next - 1))
        try settler.settle()
    }

    /// Counts of what was written and synced.
    package var statistics: FlushStatistics { flusher.statistics }

    /// Counts of what was settled.
    package var settlingStatistics: SettlingStatistics { settler.statistics }

    /// Bytes of memory that hold the newest part of the journal.
    package var windowMemoryBytes: Int { journal.memoryBytes }

    /// Bytes that wait to be written.
    package var waitingBytes: Int { journal.waitingBytes }

    // MARK: Streams

    /// The stream of that name, whether its creation is durable or not.
    ///
    /// - Parameter blocking: whether to wait for the disk, where streams are that nobody used for
    ///   long; unless, `wouldBlock` is thrown for one of them, and now and then for a name that no
    ///   stream has.
    package func find(
        name: UnsafeRawBufferPointer, blocking: Bool
    ) throws(LogError) -> LogStream? {
        try loader.find(name, blocking: blocking)
    }

    /// Looks for the stream of that name, as `find`, before something is done about the name
    /// without waiting.
    package func probe(
        _ name: UnsafeRawBufferPointer, blocking: Bool
    ) throws(LogError) -> NameProbe {
        // In this order: what is evicted after the look makes the probe old.
        let evictions = namespace.evictions
        return NameProbe(
            stream: try loader.find(name, blocking: blocking), evictions: evictions)
    }

    /// The stream of that id, if it is in memory.
    package func resident(_ id: StreamID) -> LogStream? { namespace.directory.find(id) }

    /// Whether the stream of that id is in memory.
    package func isResident(_ id: StreamID) -> Bool { resident(id) != nil }

    /// The stream of that id; nil when there is none. May wait for the disk.
    package func find(id: StreamID) throws(LogError) -> LogStream? {
        try loader.load(id)
    }

    /// Runs `body` alone among all that create and delete streams.
    package func withNamespace<R, E: Error>(
        _ body: (Namespace) throws(E) -> R
    ) throws(E) -> R {
        try namespaceMutex.withLock { (_) throws(E) in
            LogStream.Carried(value: try body(namespace))
        }.value
    }

    /// Up to `limit` streams whose names begin with `prefix` and come after `after`, by name, to be
    /// looked at and never changed: one that is not in memory does not get there by this, and what
    /// is returned of it stands for its state alone. Waits for the disk.
    package func glance(
        prefix: UnsafeRawBufferPointer, after: UnsafeRawBufferPointer?, limit: Int
    ) throws(LogError) -> [LogStream] {
        // What is reserved comes first of all, and is seen only by who asks for it.
        guard prefix.isEmpty, after.map({ $0.isEmpty || ReservedName.contains($0) }) ?? true else {
            return try loader.glance(prefix: prefix, after: after, limit: limit)
        }
        let last = ReservedName.last
        return try last.span.withUnsafeBytes { (last) throws(LogError) in
            try loader.glance(prefix: prefix, after: last, limit: limit)
        }
    }

    /// Lets streams leave memory that nobody uses, as far as more are there than may be; the log
    /// does that by itself after settling, and while it loads others.
    package func evictIdleStreams() {
        loader.evictIdle()
    }

    /// Calls `body` for every stream that is in memory at this moment, by name: all that are not
    /// settled, and those that were used lately.
    package func forEachResidentStream<E: Error>(
        _ body: (LogStream) throws(E) -> Void
    ) throws(E) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        let streams = namespace.directory.list(prefix: none, after: nil, limit: Int.max)
        for stream in streams where !stream.isReserved { try body(stream) }
    }

    /// Calls `body` with the alarms, of streams that are in memory or not, behind `alarm` and up to
    /// the moment `end`, in milliseconds since 1970, until it returns false. Settled ones only: a
    /// stream in memory may have another. Waits for the disk.
    package func forEachAlarm(
        after alarm: StreamAlarm, through end: UInt64,
        _ body: (StreamAlarm) throws(LogError) -> Bool
    ) throws(LogError) {
        try catalog.forEachAlarm(after: alarm, through: end, body)
    }

    /// Stages a change of `stream`, whose lock the caller holds and whose state is `state`.
    ///
    /// Visible to readers once the LSN it returns, that of the set's last frame, is durable; a
    /// commit must be asked for.
    /// - Throws: `poisoned`, `outOfSpace`, `overloaded`, `limitExceeded`, `streamClosed`,
    ///   `unknownStream`, `closed`; nothing has changed then.
    package func stage(
        _ mutation: Mutation, on state: inout LogStreamState, of stream: LogStream
    ) throws(LogError) -> LSN {
        let target = Stager.Target(
            kind: .append, stream: stream.id.rawValue, incarnation: stream.incarnation)
        return LSN(try stager.stage(mutation, target, on: &state).upperBound)
    }
}
