import Synchronization
import VarvePlatform
import VarveStorage

/// The thread that moves what is synced from the journal into segments, so that the journal, memory
/// and the time to open stay bounded.
///
/// By size, by age, on demand, and at the end. A settling that fails changes nothing and is tried
/// again later; appends go on until the journal refuses more. Thread rule: `settle` and `stop` from
/// anywhere; the rest is the thread's own.
//
// @unchecked Sendable: fields without a lock belong to the thread, once it runs.
final class Settler: @unchecked Sendable {
    /// What a settler works with.
    struct Parts {
        var volume: any Volume
        var options: LogOptions
        var random: any RandomSource
        var fold: (any LogFold)?
        var catalog: Catalog
        var bytes: LogBytes
        var journal: Journal
        var directory: StreamDirectory
        var loader: StreamLoader
        var pins: ReadPins
        var preparer: FilePreparer
        var synced: SyncedJournal
        var signer: CutSigner
    }

    /// How long after a failure the next attempt is made, when nobody asks sooner.
    private static let retryNanoseconds: UInt64 = 1_000_000_000

    /// What others ask for and are told.
    private struct Requests {
        var isStopping = false
        /// How many settlings were asked for.
        var wanted: UInt64 = 0
        /// How many of these are done.
        var done: UInt64 = 0
        /// Why the last attempt failed; nil when it did not.
        var failure: LogError?
        var hasEnded = false
    }

    private let parts: Parts
    private var mark: CatalogMark
    /// The frame bytes that were synced at the last cut.
    private var settledBytes: UInt64 = 0
    private var lastSettling: UInt64
    /// Why the catalog could not take a settling: a part of it may be there, which cannot be the
    /// base of another attempt. Opening the log rolls the segment forward.
    private var catalogFailure: LogError?
    private let gate = Condition()
    private var requests = Requests()
    private var thread: NamedThread?
    /// Counts of what was settled.
    let statistics = SettlingStatistics()

    /// A settler that goes on behind `mark`; not running yet.
    init(_ parts: Parts, from mark: CatalogMark) {
        self.parts = parts
        self.mark = mark
        lastSettling = SystemClock().monotonicNanoseconds()
    }

    /// Starts the thread, unless settling is by request alone.
    func start() throws(LogError) {
        guard parts.options.workers == .threads else { return }
        do {
            thread = try NamedThread.start(name: "varve-settle") { [self] in run() }
        } catch {
            throw .io(message: error.description)
        }
    }

    /// Settles everything that is synced by now, and waits for it.
    func settle() throws(LogError) {
        guard parts.options.workers == .threads else { return try settle(to: parts.synced.newest) }
        gate.lock()
        defer { gate.unlock() }
        if requests.hasEnded { throw .closed }
        requests.wanted += 1
        let number = requests.wanted
        parts.synced.wake()
        while requests.done < number, !requests.hasEnded { gate.wait() }
        if let failure = requests.failure { throw failure }
        if requests.done < number { throw .closed }
    }

    /// Ends the thread; `settling` everything that is synced before.
    func stop(settling: Bool) {
        gate.withLock { requests.isStopping = true }
        parts.synced.wake()
        thread?.join()
        guard settling else { return }
        do throws(LogError) {
            try settle(to: parts.synced.newest)
        } catch {
            // Nothing is lost: the journal has it, and the next opening settles it.
            statistics.failed()
        }
    }

    // MARK: The thread

    private func run() {
        while true {
            parts.synced.wait(
                forFrameBytes: settledBytes + UInt64(parts.options.settleBytes),
                untilNanoseconds: lastSettling + parts.options.settleAgeNanoseconds)
            let (isStopping, wanted, done) = gate.withLock {
                (requests.isStopping, requests.wanted, requests.done)
            }
            if isStopping { break }
            // After the look at the requests: what they mean is synced by now.
            let newest = parts.synced.newest
            if wanted > done || isDue(newest) { attempt(newest, answering: wanted) }
        }
        gate.withLock {
            requests.hasEnded = true
            gate.broadcast()
        }
    }

    /// Whether enough is unsettled, or something that is not little has been for long.
    private func isDue(_ newest: SyncedJournal.Mark) -> Bool {
        let bytes = newest.frameBytes - settledBytes
        if bytes >= UInt64(parts.options.settleBytes) { return true }
        let now = SystemClock().monotonicNanoseconds()
        guard now >= lastSettling + parts.options.settleAgeNanoseconds else { return false }
        lastSettling = now
        return bytes >= UInt64(parts.options.settleAgeBytesMin)
    }

    private func attempt(_ newest: SyncedJournal.Mark, answering wanted: UInt64) {
        var failure: LogError?
        do throws(LogError) {
            try settle(to: newest)
        } catch {
            statistics.failed()
            failure = error
        }
        lastSettling = SystemClock().monotonicNanoseconds()
        gate.withLock {
            requests.done = wanted
            requests.failure = failure
            gate.broadcast()
        }
        guard failure != nil else { return }
        // Bytes beyond any count: only somebody's wish, or the time, ends this wait.
        parts.synced.wait(
            forFrameBytes: UInt64.max, untilNanoseconds: lastSettling + Self.retryNanoseconds)
    }

    /// Settles everything before the mark's cut: segment, catalog, streams, journal, in this order.
    private func settle(to newest: SyncedJournal.Mark) throws(LogError) {
        if let catalogFailure { throw catalogFailure }
        guard newest.cut.lsn > mark.cut.lsn else { return }
        let start = SystemClock().monotonicNanoseconds()
        let settlement = Settlement(
            range: JournalRange(
                start: mark.cut, end: newest.cut, files: parts.bytes.files),
            catalog: parts.catalog, fold: parts.fold, bytes: parts.bytes)
        let number = mark.nextSegment
        let header = { [mark, parts] (wall: UInt64) in
            SegmentHeader(
                number: number, id: Journal.newFileID(parts.random), first: LSN(mark.cut.lsn + 1),
                last: LSN(newest.cut.lsn), cut: newest.cut.place, wallMilliseconds: wall)
        }
        let outcome = try settlement.run { (wall) throws(LogError) in
            var options = SegmentOptions()
            options.signer = parts.signer.current
            options.checkpointRecords = parts.options.checkpoints.recordsMax
            return try SegmentWriter(
                volume: parts.volume, header: header(wall), options: options)
        }
        let next = CatalogMark(
            cut: newest.cut, nextSegment: number + 1,
            wallMilliseconds: max(mark.wallMilliseconds, outcome.lastWallMilliseconds))
        do throws(LogError) {
            try parts.catalog.apply(outcome.changes, segment: number, mark: next)
        } catch {
            catalogFailure = error
            throw error
        }
        for change in outcome.changes { install(change, through: newest.cut.lsn) }
        parts.directory.settled(through: newest.cut.lsn)
        parts.loader.evictIdle()
        giveUpFiles(from: mark.cut.place.fileNumber, before: newest.cut.place.fileNumber)
        parts.journal.noteSettled(bytes: newest.frameBytes - settledBytes)
        mark = next
        settledBytes = newest.frameBytes
        statistics.settled(
            outcome.segment, nanoseconds: SystemClock().monotonicNanoseconds() - start)
    }

    /// Tells the stream that others use where its records are now.
    private func install(_ change: CatalogChange, through lsn: UInt64) {
        // Deleted since the cut, unless it is resident.
        guard let stream = parts.directory.find(change.record.id) else { return }
        stream.withLock { $0.settle(change.run, through: lsn) }
    }

    /// Has the journal files before the cut used again, as soon as no read looks into them.
    private func giveUpFiles(from first: UInt64, before end: UInt64) {
        guard first < end else { return }
        let numbers = (first..<end).map { UInt32($0) }
        let preparer = parts.preparer
        parts.pins.retire { preparer.reuse(numbers) }
    }
}
