import Synchronization
import VarvePlatform

/// The one thread that writes the journal: takes all groups that wait, writes them, syncs once, and
/// tells everybody once.
///
/// No delay is added to gather more: groups form while the disk works. A failed write or sync ends
/// all writing; it is never tried again, since after a failed sync nobody knows what is on disk.
final class Flusher: Sendable {
    /// How the thread is asked to end.
    private enum Ending {
        /// Go on.
        case none
        /// Write and sync everything, mark it, end.
        case orderly
        /// End at once, as if the process had died.
        case abandon
    }

    /// What belongs to whoever takes a turn: the thread, or the owner in its place.
    private struct Work {
        let writer: JournalWriter
        var groups: ContiguousArray<Group> = []
        var frameBytes: UInt64
        var lastSync: UInt64
        var lastCommit: UInt64
    }

    private let journal: Journal
    private let commits: Commits
    private let preparer: FilePreparer
    private let syncedJournal: SyncedJournal
    private let durability: Durability
    private let idleMarkNanoseconds: UInt64?
    private let clock: any Clock
    private let workers: WorkerMode
    private let ending = Monitor(Ending.none)
    private let isWanted = Atomic<Bool>(false)
    /// An LSN that somebody wants on stable storage although the mode does not ask for it.
    private let strongLSN = Atomic<UInt64>(0)
    // Never contended: turns are taken by one thread.
    private let work: Mutex<Work>
    private let thread = Mutex<NamedThread?>(nil)
    let statistics = FlushStatistics()

    /// The newest place where the journal can be cut: everything before it is on stable storage.
    var syncedCut: CutPoint { syncedJournal.newest.cut }

    /// A flusher that is not running yet; `writer` is its own from now on.
    init(
        journal: Journal, writer: sending JournalWriter, commits: Commits, preparer: FilePreparer,
        syncedJournal: SyncedJournal, options: LogOptions, clock: any Clock
    ) {
        self.journal = journal
        self.commits = commits
        self.preparer = preparer
        self.syncedJournal = syncedJournal
        self.clock = clock
        durability = options.durability
        workers = options.workers
        idleMarkNanoseconds = options.idleMarkMilliseconds.map { $0 * 1_000_000 }
        let now = clock.monotonicNanoseconds()
        work = Mutex(
            Work(
                writer: writer, frameBytes: syncedJournal.newest.frameBytes, lastSync: now,
                lastCommit: now))
    }

    /// Starts the thread, unless its turns are the owner's to take.
    func start() throws(LogError) {
        guard workers == .threads else { return }
        do {
            let started = try NamedThread.start(name: "varve-flush") { [self] in run() }
            thread.withLock { $0 = started }
        } catch {
            throw .io(message: error.description)
        }
    }

    /// Asks for a commit of everything staged so far; cheap when one is coming anyway.
    func requestCommit() {
        // Staging and this load are ordered by the journal's lock: a flusher that has taken the
        // groups already has cleared the flag before.
        if isWanted.load(ordering: .relaxed) { return }
        if isWanted.exchange(true, ordering: .acquiringAndReleasing) { return }
        ending.withLock { _ in ending.signal() }
    }

    /// Asks that everything up to `lsn` be put on stable storage whatever the mode.
    func requestSync(through lsn: UInt64) {
        strongLSN.max(lsn, ordering: .acquiringAndReleasing)
        isWanted.store(true, ordering: .sequentiallyConsistent)
        ending.withLock { _ in ending.signal() }
    }

    /// Ends the thread: orderly, or at once as if the process had died. Returns when it has ended.
    func stop(abandoning: Bool) {
        let wanted = abandoning ? Ending.abandon : .orderly
        ending.withLock { now in
            now = wanted
            ending.signal()
        }
        if workers == .stepped { _ = turn(wanted) }
        thread.withLock { $0 }?.join()
    }

    // MARK: Turns

    /// Takes one turn on the caller's thread, for a flusher without a thread.
    func step() {
        precondition(workers == .stepped, "a flusher with a thread takes its own turns")
        isWanted.store(false, ordering: .relaxed)
        _ = turn(.none)
    }

    /// The same for callers that are going to wait; with a thread it does nothing.
    func stepIfStepped() {
        if workers == .stepped { step() }
    }

    /// The same for callers that are going to wait until `lsn` is synced: what others have staged
    /// is left alone if it does not have to be written for that.
    func stepIfStepped(syncing lsn: UInt64) {
        guard workers == .stepped else { return }
        if lsn > work.withLock({ $0.writer.written }) { return step() }
        isWanted.store(false, ordering: .relaxed)
        _ = turn(.none, isWriting: false)
    }

    private func run() {
        while turn(waitForWork()) {}
    }

    /// Writes, if it is to, and syncs what waits, and marks an idle log; false when this was the
    /// last turn.
    private func turn(_ ending: Ending, isWriting: Bool = true) -> Bool {
        if ending == .abandon || commits.failure != nil { return false }
        do throws(LogError) {
            let isNews = try work.withLock { (work) throws(LogError) in
                if isWriting { journal.takeGroups(into: &work.groups) }
                return try commit(&work, isLast: ending == .orderly)
            }
            if isNews { commits.notify() }
            try work.withLock { (work) throws(LogError) in
                if ending == .orderly || isIdle(work) { try markIfUseful(&work) }
            }
            return ending == .none
        } catch {
            commits.fail(error)
            return false
        }
    }

    /// Sleeps until there is something to do.
    private func waitForWork() -> Ending {
        guard let deadline = work.withLock({ nextDeadline($0) }) else {
            return ending.wait { takeWish($0) }
        }
        let now = clock.monotonicNanoseconds()
        // Waiting is always by the system's clock, whatever clock decides that it is time.
        let until = SystemClock().monotonicNanoseconds() + (deadline - min(now, deadline))
        return ending.wait(untilNanoseconds: until) { takeWish($0) } ?? .none
    }

    /// What is to be done, once somebody wants something.
    private func takeWish(_ ending: Ending) -> Ending? {
        guard ending != .none || isWanted.load(ordering: .relaxed) else { return nil }
        _ = isWanted.exchange(false, ordering: .acquiringAndReleasing)
        return ending
    }

    /// When something is due without anybody asking: the interval's sync, or the idle mark.
    private func nextDeadline(_ work: Work) -> UInt64? {
        let writer = work.writer
        if case .interval(let milliseconds) = durability, writer.synced < writer.written {
            return work.lastSync + milliseconds * 1_000_000
        }
        if let idleMarkNanoseconds, writer.marked < writer.synced {
            return work.lastCommit + idleMarkNanoseconds
        }
        return nil
    }

    /// Writes the groups that were taken and syncs if that is due; true when somebody must be told.
    private func commit(_ work: inout Work, isLast: Bool) throws(LogError) -> Bool {
        let writer = work.writer
        let start = clock.monotonicNanoseconds()
        let before = commits.durable
        for group in work.groups {
            group.waitUntilFilled()
            try writer.write(group)
            work.frameBytes += UInt64(group.frameBytes)
            statistics.wroteGroup(
                frames: group.frameCount, frameBytes: group.frameBytes,
                bytes: group.endByte - group.byte)
        }
        commits.publish(written: writer.written)
        if writer.synced < writer.written, isSyncDue(work, isLast: isLast) {
            try writer.sync()
            work.lastSync = clock.monotonicNanoseconds()
            statistics.synced(nanoseconds: work.lastSync - start)
        }
        // A change of files syncs too, so this is not only for the lines above.
        let syncedBefore = commits.synced
        // First: whoever learns that a frame is synced may ask for its settling at once.
        if writer.synced != syncedBefore {
            syncedJournal.publish(writer.cut, frameBytes: work.frameBytes)
        }
        commits.publish(synced: writer.synced)
        if !work.groups.isEmpty {
            journal.retire(work.groups, writtenThrough: writer.written)
            work.groups.removeAll(keepingCapacity: true)
            work.lastCommit = clock.monotonicNanoseconds()
        }
        return commits.durable != before || writer.synced != syncedBefore
    }

    private func isSyncDue(_ work: Work, isLast: Bool) -> Bool {
        if isLast || strongLSN.load(ordering: .acquiring) > work.writer.synced { return true }
        switch durability {
        case .sync: return true
        case .interval(let milliseconds):
            return clock.monotonicNanoseconds() >= work.lastSync + milliseconds * 1_000_000
        case .os: return false
        }
    }

    private func isIdle(_ work: Work) -> Bool {
        guard let idleMarkNanoseconds else { return false }
        return clock.monotonicNanoseconds() >= work.lastCommit + idleMarkNanoseconds
    }

    private func markIfUseful(_ work: inout Work) throws(LogError) {
        let writer = work.writer
        guard writer.marked < writer.synced else { return }
        guard let place = journal.reserveMark() else {
            // Frames are being staged, or the file is full: the next attempt is an interval away.
            work.lastCommit = clock.monotonicNanoseconds()
            return
        }
        try writer.mark(at: place)
    }
}
