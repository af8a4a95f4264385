import Synchronization
import VarvePlatform
import VarveStorage

/// The thread that moves what is synced from the journal into segments, so that the journal, memory
/// and the time to open stay bounded.
///
/// By size, by age, on demand, and at the end. A settling that fails changes nothing and is tried
/// again later; appends go on until the journal refuses more. Thread rule: `settle` and `stop` from
/// anywhere; the rest is the thread's own.
final class Settler: Sendable {
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

    /// The thread leaves most of a processor to those that answer requests, should there be none
    /// for it alone; the limit of what may wait to be settled keeps it from falling behind for
    /// long.
    private static let niceness = 10
    /// How long after a failure the next attempt is made, when nobody asks sooner.
    static let retryNanoseconds: UInt64 = 1_000_000_000

    /// What others ask for and are told.
    struct Requests {
        var isStopping = false
        /// How many settlings were asked for.
        var wanted: UInt64 = 0
        /// How many of these are done.
        var done: UInt64 = 0
        /// Why the last attempt failed; nil when it did not.
        var failure: LogError?
        /// How many compactions were asked for.
        var compactionsWanted: UInt64 = 0
        /// Who waits for a compaction that has not begun.
        var compactions: [CompactionRequest] = []
        /// Whom the compaction that is being made is for; each leaves when it is answered.
        var compacting: [CompactionRequest] = []
        /// What came of compactions, by the request's number, until its caller has taken it.
        var compacted: [UInt64: Result<CompactionReport, LogError>] = [:]
        var hasEnded = false
    }

    /// What the thread keeps for itself, and what others may look at.
    struct Work {
        var mark: CatalogMark
        /// The frame bytes that were synced at the last cut.
        var settledBytes: UInt64 = 0
        var lastSettling: UInt64
        /// Why the catalog could not take a settling: a part of it may be there, which cannot be
        /// the base of another attempt. Opening the log rolls the segment forward.
        var catalogFailure: LogError?
        /// The segments in use; nil until they are looked at for the first time.
        var table: SegmentTable?
        /// No merge is tried before this moment, after one failed.
        var nextMerge: UInt64 = 0
        var pace: MergePace
        /// True while segments are being merged.
        var isMerging = false
        /// True when a settling could not erase what it must because of that.
        var isErasureWaiting = false
    }

    let parts: Parts
    // Held for moments only; never contended but by those who look.
    private let own: Mutex<Work>
    let source = MergeSource()
    let dropped = DroppedSegments()
    /// How many redactions are under way: merges end for them.
    let redactionsUnderWay = Atomic<Int>(0)
    private let shadows: ShadowStreams
    let requests = Monitor(Requests())
    private let thread = Mutex<NamedThread?>(nil)
    /// Counts of what was settled.
    let statistics = SettlingStatistics()

    /// A settler that goes on behind `mark`; not running yet.
    init(_ parts: Parts, from mark: CatalogMark) {
        self.parts = parts
        shadows = ShadowStreams(catalog: parts.catalog, fold: parts.fold)
        let rate = UInt64(max(0, parts.options.mergeBytesPerSecond))
        own = Mutex(
            Work(
                mark: mark, lastSettling: SystemClock().monotonicNanoseconds(),
                pace: MergePace(bytesPerSecond: rate)))
    }

    /// What the thread keeps; for looking.
    var work: Work { own.withLock { $0 } }

    /// Changes what the thread keeps; on the thread, or where there is none.
    func update<R: Sendable>(_ body: (inout Work) -> R) -> R { own.withLock { body(&$0) } }

    /// Starts the thread, unless settling is by request alone.
    func start() throws(LogError) {
        guard parts.options.workers == .threads else { return }
        do {
            let started = try NamedThread.start(
                name: "varve-settle", niceness: Self.niceness
            ) { [self] in run() }
            thread.withLock { $0 = started }
        } catch {
            throw .io(message: error.description)
        }
    }

    /// Settles everything that is synced by now, and waits for it.
    func settle() throws(LogError) {
        guard parts.options.workers == .threads else {
            try settle(to: parts.synced.newest)
            return mergeWhileDue()
        }
        let number = try requests.withLock { (requests) throws(LogError) in
            if requests.hasEnded { throw .closed }
            requests.wanted += 1
            parts.synced.wake()
            return requests.wanted
        }
        try requests.wait { (requests) throws(LogError) -> Void? in
            guard requests.done >= number || requests.hasEnded else { return nil }
            if let failure = requests.failure { throw failure }
            if requests.done < number { throw .closed }
            return ()
        }
    }

    /// Ends the thread; `settling` everything that is synced before.
    func stop(settling: Bool) {
        requests.withLock { $0.isStopping = true }
        parts.synced.wake()
        thread.withLock { $0 }?.join()
        defer { dropped.remove(from: parts.volume, parts.bytes.segments) }
        guard settling else { return }
        do throws(LogError) {
            try settle(to: parts.synced.newest)
        } catch {
            // Nothing is lost: the journal has it, and the next opening settles it.
            statistics.failed(error)
        }
    }

    // MARK: The thread

    private func run() {
        while true {
            // A wait within a merge, or behind a failure, may have taken the wake of a request.
            if !hasRequest {
                waitForFrames(until: work.lastSettling + parts.options.settleAgeNanoseconds)
            }
            let (isStopping, wanted, done) = requests.withLock {
                ($0.isStopping, $0.wanted, $0.done)
            }
            if isStopping { break }
            // After the look at the requests: what they mean is synced by now.
            let newest = parts.synced.newest
            if wanted > done || isDue(newest) { attempt(newest, answering: wanted) }
            compactIfWanted()
            mergeWhileDue()
        }
        requests.withLock { now in
            now.hasEnded = true
            requests.broadcast()
        }
    }

    /// Whether somebody wants something that is not done yet.
    private var hasRequest: Bool {
        requests.withLock { $0.isStopping || $0.wanted > $0.done || !$0.compactions.isEmpty }
    }

    /// Waits until enough is unsettled, somebody wants something, or a moment of the monotonic
    /// clock has come.
    func waitForFrames(until deadline: UInt64) {
        parts.synced.wait(
            forFrameBytes: work.settledBytes + UInt64(parts.options.settleBytes),
            untilNanoseconds: deadline)
    }

    /// Whether enough is unsettled, or something that is not little has been for long.
    func isDue(_ newest: SyncedJournal.Mark) -> Bool {
        let work = work
        let bytes = newest.frameBytes - work.settledBytes
        if bytes >= UInt64(parts.options.settleBytes) { return true }
        let now = SystemClock().monotonicNanoseconds()
        guard now >= work.lastSettling + parts.options.settleAgeNanoseconds else { return false }
        update { $0.lastSettling = now }
        return bytes >= UInt64(parts.options.settleAgeBytesMin)
    }

    func attempt(_ newest: SyncedJournal.Mark, answering wanted: UInt64) {
        dropped.remove(from: parts.volume, parts.bytes.segments)
        var failure: LogError?
        do throws(LogError) {
            try settle(to: newest)
        } catch {
            statistics.failed(error)
            failure = error
        }
        let now = SystemClock().monotonicNanoseconds()
        update { $0.lastSettling = now }
        requests.withLock { now in
            now.done = wanted
            now.failure = failure
            requests.broadcast()
        }
        guard failure != nil else { return }
        // Bytes beyond any count: only somebody's wish, or the time, ends this wait.
        parts.synced.wait(
            forFrameBytes: UInt64.max, untilNanoseconds: now + Self.retryNanoseconds)
    }

    /// Settles everything before the mark's cut: segment, catalog, streams, journal, in this order.
    private func settle(to newest: SyncedJournal.Mark) throws(LogError) {
        let mark = work.mark
        if let failure = work.catalogFailure { throw failure }
        guard newest.cut.lsn > mark.cut.lsn else { return }
        let start = SystemClock().monotonicNanoseconds()
        let settlement = Settlement(
            range: JournalRange(
                start: mark.cut, end: newest.cut, files: parts.bytes.files),
            shadows: shadows, fold: parts.fold, bytes: parts.bytes,
            memoryMax: parts.options.settleBytes)
        let first = LSN(mark.cut.lsn + 1)
        // The number only when it is written: segments that were written anew have taken some.
        let header = { [self] (wall: UInt64) in
            SegmentHeader(
                number: work.mark.nextSegment, id: Journal.newFileID(parts.random), first: first,
                last: LSN(newest.cut.lsn), cut: newest.cut.place, wallMilliseconds: wall)
        }
        var options = SegmentOptions()
        options.signer = parts.signer.current
        options.checkpointRecords = parts.options.checkpoints.recordsMax
        let outcome: Settlement.Outcome
        do throws(LogError) {
            outcome = try settlement.run(erasing: erase) { [options] (wall) throws(LogError) in
                let writer = try SegmentWriter(
                    volume: parts.volume, header: header(wall), options: options)
                dropped.begin(work.mark.nextSegment)
                return writer
            }
        } catch {
            shadows.forget()
            dropped.abandon(work.mark.nextSegment, in: parts.volume)
            throw error
        }
        let number = outcome.segment.number
        let next = CatalogMark(
            cut: newest.cut, nextSegment: number + 1,
            wallMilliseconds: max(mark.wallMilliseconds, outcome.lastWallMilliseconds))
        do throws(LogError) {
            let dead = try parts.catalog.apply(
                outcome.changes, segment: number, from: LSN(mark.cut.lsn + 1), mark: next)
            update { $0.table?.addDead(dead) }
        } catch {
            update { $0.catalogFailure = error }
            throw error
        }
        shadows.keep(outcome.shadows)
        let entry = SegmentTable.Entry(
            number: number, first: mark.cut.lsn + 1, last: newest.cut.lsn,
            bytes: outcome.segment.fileBytes)
        update { $0.table?.append(entry) }
        for change in outcome.changes { install(change, through: newest.cut.lsn) }
        parts.directory.settled(through: newest.cut.lsn)
        parts.loader.evictIdle()
        giveUpFiles(
            from: mark.cut.place.fileNumber, before: newest.cut.place.fileNumber,
            scrubbing: outcome.redacts)
        parts.journal.noteSettled(bytes: newest.frameBytes - work.settledBytes)
        update { work in
            work.mark = next
            work.settledBytes = newest.frameBytes
        }
        statistics.settled(
            outcome.segment, nanoseconds: SystemClock().monotonicNanoseconds() - start)
    }

    /// Tells the stream that others use where its records are now.
    private func install(_ change: CatalogChange, through lsn: UInt64) {
        // Deleted since the cut, unless it is resident.
        guard let stream = parts.directory.find(change.record.id) else { return }
        stream.withLock { $0.settle(change.run, through: lsn) }
    }

    /// Tells the stream that others use where its records are now that segments were merged.
    func install(_ change: SegmentMerge.Change, superseding segments: Set<UInt32>) {
        guard let stream = parts.directory.find(change.id) else { return }
        stream.withLock { $0.replaceRuns(in: segments, by: change.new) }
    }

    /// Has the journal files before the cut used again, as soon as no read looks into them.
    ///
    /// - Parameter isScrubbing: whether they have bytes that were erased, and must go.
    private func giveUpFiles(from first: UInt64, before end: UInt64, scrubbing isScrubbing: Bool) {
        guard first < end else { return }
        let numbers = (first..<end).map { UInt32($0) }
        let preparer = parts.preparer
        let moment = preparer.scrubbing
        parts.pins.retire {
            preparer.reuse(numbers, retiredAt: moment, scrubbing: isScrubbing)
        }
    }
}
