import Synchronization
import VarvePlatform

/// The one thread that writes the journal: takes all groups that wait, writes them, syncs once, and
/// tells everybody once.
///
/// No delay is added to gather more: groups form while the disk works. A failed write or sync ends
/// all writing; it is never tried again, since after a failed sync nobody knows what is on disk.
//
// @unchecked Sendable: what is not atomic or constant belongs to the thread, or is used under
// `gate`.
final class Flusher: @unchecked Sendable {
    /// How the thread is asked to end.
    private enum Ending {
        /// Go on.
        case none
        /// Write and sync everything, mark it, end.
        case orderly
        /// End at once, as if the process had died.
        case abandon
    }

    private let journal: Journal
    private let writer: JournalWriter
    private let commits: Commits
    private let preparer: FilePreparer
    private let syncedJournal: SyncedJournal
    private let durability: Durability
    private let idleMarkNanoseconds: UInt64?
    private let clock: any Clock
    private let workers: WorkerMode
    private let gate = Condition()
    private let isWanted = Atomic<Bool>(false)
    /// An LSN that somebody wants on stable storage although the mode does not ask for it.
    private let strongLSN = Atomic<UInt64>(0)
    private var ending = Ending.none
    private var groups: ContiguousArray<Group> = []
    private var frameBytes: UInt64 = 0
    private var lastSync: UInt64 = 0
    private var lastCommit: UInt64 = 0
    private var thread: NamedThread?
    let statistics = FlushStatistics()

    /// The newest place where the journal can be cut: everything before it is on stable storage.
    var syncedCut: CutPoint { syncedJournal.newest.cut }

    /// A flusher that is not running yet.
    init(
        journal: Journal, writer: JournalWriter, commits: Commits, preparer: FilePreparer,
        syncedJournal: SyncedJournal, options: LogOptions, clock: any Clock
    ) {
        self.journal = journal
        self.writer = writer
        self.commits = commits
        self.preparer = preparer
        self.syncedJournal = syncedJournal
        self.clock = clock
        durability = options.durability
        workers = options.workers
        idleMarkNanoseconds = options.idleMarkMilliseconds.map { $0 * 1_000_000 }
        frameBytes = syncedJournal.newest.frameBytes
        lastSync = clock.monotonicNanoseconds()
        lastCommit = lastSync
    }

    /// Starts the thread, unless its turns are the owner's to take.
    func start() throws(LogError) {
        guard workers == .threads else { return }
        do {
            thread = try NamedThread.start(name: "varve-flush") { [self] in run() }
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
        gate.withLock { gate.signal() }
    }

    /// Asks that everything up to `lsn` be put on stable storage whatever the mode.
    func requestSync(through lsn: UInt64) {
        strongLSN.max(lsn, ordering: .acquiringAndReleasing)
        isWanted.store(true, ordering: .sequentiallyConsistent)
        gate.withLock { gate.signal() }
    }

    /// Ends the thread: orderly, or at once as if the process had died. Returns when it has ended.
    func stop(abandoning: Bool) {
        gate.withLock {
            ending = abandoning ? .abandon : .orderly
            gate.signal()
        }
        if workers == .stepped { _ = turn(ending) }
        thread?.join()
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
        if lsn > writer.written { return step() }
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
            if isWriting { journal.takeGroups(into: &groups) }
            try commit(isLast: ending == .orderly)
            if ending == .orderly || isIdle() { try markIfUseful() }
            return ending == .none
        } catch {
            commits.fail(error)
            return false
        }
    }

    /// Sleeps until there is something to do.
    private func waitForWork() -> Ending {
        gate.lock()
        defer { gate.unlock() }
        while ending == .none, !isWanted.load(ordering: .relaxed) {
            guard let deadline = nextDeadline() else {
                gate.wait()
                continue
            }
            let now = clock.monotonicNanoseconds()
            if now >= deadline { break }
            // Waiting is always by the system's clock, whatever clock decides that it is time.
            let until = SystemClock().monotonicNanoseconds() + (deadline - now)
            if !gate.wait(untilNanoseconds: until) { break }
        }
        _ = isWanted.exchange(false, ordering: .acquiringAndReleasing)
        return ending
    }

    /// When something is due without anybody asking: the interval's sync, or the idle mark.
    private func nextDeadline() -> UInt64? {
        if case .interval(let milliseconds) = durability, writer.synced < writer.written {
            return lastSync + milliseconds * 1_000_000
        }
        if let idleMarkNanoseconds, writer.marked < writer.synced {
            return lastCommit + idleMarkNanoseconds
        }
        return nil
    }

    private func commit(isLast: Bool) throws(LogError) {
        let start = clock.monotonicNanoseconds()
        let before = commits.durable
        for group in groups {
            group.waitUntilFilled()
            try writer.write(group)
            frameBytes += UInt64(group.frameBytes)
            statistics.wroteGroup(
                frames: group.frameCount, frameBytes: group.frameBytes,
                bytes: group.endByte - group.byte)
        }
        commits.publish(written: writer.written)
        if writer.synced < writer.written, isSyncDue(isLast: isLast) {
            try writer.sync()
            lastSync = clock.monotonicNanoseconds()
            statistics.synced(nanoseconds: lastSync - start)
        }
        // A change of files syncs too, so this is not only for the lines above.
        let syncedBefore = commits.synced
        // First: whoever learns that a frame is synced may ask for its settling at once.
        if writer.synced != syncedBefore {
            syncedJournal.publish(writer.cut, frameBytes: frameBytes)
        }
        commits.publish(synced: writer.synced)
        if !groups.isEmpty {
            journal.retire(groups, writtenThrough: writer.written)
            groups.removeAll(keepingCapacity: true)
            lastCommit = clock.monotonicNanoseconds()
        }
        if commits.durable != before || writer.synced != syncedBefore { commits.notify() }
    }

    private func isSyncDue(isLast: Bool) -> Bool {
        if isLast || strongLSN.load(ordering: .acquiring) > writer.synced { return true }
        switch durability {
        case .sync: return true
        case .interval(let milliseconds):
            return clock.monotonicNanoseconds() >= lastSync + milliseconds * 1_000_000
        case .os: return false
        }
    }

    private func isIdle() -> Bool {
        guard let idleMarkNanoseconds else { return false }
        return clock.monotonicNanoseconds() >= lastCommit + idleMarkNanoseconds
    }

    private func markIfUseful() throws(LogError) {
        guard writer.marked < writer.synced else { return }
        guard let place = journal.reserveMark() else {
            // Frames are being staged, or the file is full: the next attempt is an interval away.
            lastCommit = clock.monotonicNanoseconds()
            return
        }
        try writer.mark(at: place)
    }
}
