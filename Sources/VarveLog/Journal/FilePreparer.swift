import Synchronization
import VarvePlatform
import VarveStorage

/// The thread that writes journal files with zeros in advance, so that space is taken before it is
/// promised and a commit never waits for a file to grow; and that turns files the log no longer
/// needs into spares, or removes them.
///
/// Thread rule: `take` by the flusher, `poke` and `stop` by anyone; the rest is the thread's own.
final class FilePreparer: Sendable {
    /// A file of zeros, or of an earlier use's bytes, on stable storage with its name.
    struct Spare: Sendable {
        var name: JournalFileName
        var backend: any StorageBackend
        /// True when it is known to hold zeros.
        var isClean = false
    }

    /// A moment between redactions, or in one.
    struct Scrubbing: Equatable {
        /// How many redactions have begun or ended by then.
        fileprivate var changes = 0
    }

    /// A file that the log no longer needs.
    private struct Retired {
        var number: UInt32
        /// Whether its bytes must go.
        var isScrubbed: Bool
    }

    /// What is ready, what is to be done, and what is under way.
    private struct State {
        var spares: [Spare]
        var nextNumber: UInt64
        var retired: [Retired] = []
        /// True while a file that was given up is dealt with.
        var isReusing = false
        var moment = Scrubbing()
        var scrubbers = 0
        /// How many files could not be removed, or overwritten where that is wanted: opening the
        /// log does away with them.
        var filesLeft = 0
        var preparedNow: [JournalFileName] = []
        var isStopping = false
        var isPoked = false

        /// The number of the next file that is made.
        mutating func takeNumber() -> UInt64 {
            defer { nextNumber += 1 }
            return nextNumber
        }
    }

    /// Whom it works for, from `start` on.
    private struct Owner {
        weak var journal: Journal?
        var files: JournalFiles?
        var thread: NamedThread?
    }

    /// What the thread does next.
    private enum Turn {
        /// Deal with a file that was given up.
        case reuse
        /// Write a new one.
        case prepare
        /// End, with these left that were given up.
        case end([Retired])
    }

    /// How many bytes are written at a time.
    private static let chunkBytes = 1 << 20
    /// How many bytes are written between syncs: less holds up commits less.
    private static let syncBytes = 4 << 20
    /// How long to wait after a failure before the next attempt, when nobody asks sooner.
    private static let retryNanoseconds: UInt64 = 1_000_000_000
    /// How many spares more than are prepared are kept when old files can be used again.
    private static let reusedMax = 2

    private let volume: any Volume
    private let fileBytes: Int
    private let sparesMax: Int
    private let workers: WorkerMode
    private let owner = Mutex(Owner())
    private let state: Monitor<State>

    /// A preparer with what an earlier life of the log left ready.
    init(volume: any Volume, options: LogOptions, spares: [Spare], nextNumber: UInt64) {
        self.volume = volume
        state = Monitor(State(spares: spares, nextNumber: nextNumber))
        fileBytes = options.fileBytes
        sparesMax = max(1, options.sparesMax)
        workers = options.workers
    }

    /// Starts the thread; from now on the journal is told about every file.
    func start(for journal: Journal, files: JournalFiles) throws(LogError) {
        owner.withLock { owner in
            owner.journal = journal
            owner.files = files
        }
        for _ in 0..<state.withLock({ $0.spares.count }) { journal.addReadyFile() }
        guard workers == .threads else { return }
        do {
            let thread = try NamedThread.start(name: "varve-prepare") { [self] in run() }
            owner.withLock { $0.thread = thread }
        } catch {
            throw .io(message: error.description)
        }
    }

    private var journal: Journal? { owner.withLock { $0.journal } }

    /// Ends the thread after what it is doing.
    func stop() {
        state.withLock { now in
            now.isStopping = true
            state.broadcast()
        }
        owner.withLock { $0.thread }?.join()
    }

    /// Asks for another attempt after a failure: somebody needs a file.
    func poke() {
        state.withLock { now in
            now.isPoked = true
            state.broadcast()
        }
    }

    /// The moment, to be given to `reuse` with files that are retired now.
    var scrubbing: Scrubbing { state.withLock { $0.moment } }

    /// Takes over files that the log no longer needs and no read looks into.
    ///
    /// - Parameters:
    ///   - before: when they were retired: a redaction that was under way then, or since, has their
    ///     bytes go.
    ///   - isScrubbing: whether their bytes must go in any case.
    func reuse(_ numbers: [UInt32], retiredAt before: Scrubbing, scrubbing isScrubbing: Bool) {
        state.withLock { now in
            let isScrubbed = isScrubbing || now.scrubbers > 0 || before != now.moment
            now.retired += numbers.map { Retired(number: $0, isScrubbed: isScrubbed) }
            state.broadcast()
        }
    }

    /// From now on, until `endScrubbing`, the bytes of files that the log no longer needs go.
    func beginScrubbing() {
        state.withLock { now in
            now.scrubbers += 1
            now.moment.changes += 1
            // They were given up before, and may hold what is erased all the same.
            for index in now.retired.indices { now.retired[index].isScrubbed = true }
        }
    }

    /// Ends what `beginScrubbing` began.
    func endScrubbing() {
        state.withLock { now in
            now.scrubbers -= 1
            now.moment.changes += 1
        }
    }

    /// Removes all spares that may hold bytes of an earlier use and are promised to no group, and
    /// sees to it that there is one spare at least; waits for the disk.
    func replaceUsedSpares() throws(LogError) {
        let isNeeded = state.withLock { $0.spares.contains { !$0.isClean } }
        guard isNeeded || journal?.unpromisedFiles == 0 else { return }
        let fresh = try prepare(state.withLock { $0.takeNumber() })
        let removed = state.withLock { now -> [Spare] in
            var removed: [Spare] = []
            journal?.replaceReadyFiles { count in
                // The oldest are taken first, so it is these that were promised.
                let free = now.spares.suffix(count)
                removed = free.filter { !$0.isClean }
                now.spares.removeLast(free.count)
                now.spares += free.filter(\.isClean) + [fresh]
                return count - removed.count + 1
            }
            return removed
        }
        for spare in removed { scrub(spare.backend, spare.name) }
        try LogError.wrapping { () throws(StorageError) in
            try volume.syncDirectory(Format.journalDirectory)
        }
    }

    /// Waits until every file that was given up by now is dealt with; false when that has not come
    /// by a moment of the monotonic clock, or when one could not be removed since the log was
    /// opened.
    func finishRetired(untilNanoseconds deadline: UInt64) -> Bool {
        guard workers == .threads else {
            while reuseRetired() {}
            return state.withLock { $0.filesLeft == 0 }
        }
        let areGone = state.wait(untilNanoseconds: deadline) { now -> Bool? in
            if now.retired.isEmpty, !now.isReusing { return now.filesLeft == 0 }
            return now.isStopping ? false : nil
        }
        return areGone ?? false
    }

    /// The oldest spare; nil when there is none.
    func take() -> Spare? {
        state.withLock { now in
            guard !now.spares.isEmpty else { return nil }
            state.broadcast()
            return now.spares.removeFirst()
        }
    }

    /// Writes one file now, on the caller's thread; for opening, when there is no spare.
    func prepareNow() throws(LogError) -> Spare {
        let spare = try prepare(state.withLock { $0.takeNumber() })
        state.withLock { $0.preparedNow.append(spare.name) }
        return spare
    }

    /// Removes what `prepareNow` made: opening failed, and leaves nothing behind.
    func discardPrepared() {
        for name in state.withLock({ $0.preparedNow }) { try? volume.remove(name.path) }
    }

    private func run() {
        while true {
            let isDone: Bool
            switch waitForTurn() {
            case .reuse: isDone = reuseRetired()
            case .prepare: isDone = attempt()
            case .end(let rest):
                for file in rest { _ = giveUp(file, isWanted: false) }
                return
            }
            state.withLock { now in
                now.isPoked = false
                state.broadcast()
            }
            if !isDone { waitForRetry() }
        }
    }

    /// Waits until there is something to do.
    private func waitForTurn() -> Turn {
        state.wait { now -> Turn? in
            if now.isStopping {
                defer { now.retired = [] }
                return .end(now.retired)
            }
            if !now.retired.isEmpty { return .reuse }
            return now.spares.count < sparesMax ? .prepare : nil
        }
    }

    /// Makes a spare of the oldest file that was given up, if it is wanted; false without one.
    private func reuseRetired() -> Bool {
        let next = state.withLock { now -> (file: Retired, isWanted: Bool, taken: Scrubbing)? in
            guard !now.retired.isEmpty else { return nil }
            now.isReusing = true
            let file = now.retired.removeFirst()
            let isWanted = !file.isScrubbed && now.spares.count < sparesMax + Self.reusedMax
            return (file, isWanted, now.moment)
        }
        guard let next else { return false }
        defer { state.withLock { $0.isReusing = false } }
        guard let spare = giveUp(next.file, isWanted: next.isWanted) else { return true }
        let isKept = state.withLock { now in
            // A redaction that began meanwhile did not see it among the spares.
            guard now.moment == next.taken else { return false }
            now.spares.append(spare)
            journal?.addReadyFile()
            return true
        }
        if !isKept { scrub(spare.backend, spare.name) }
        return true
    }

    /// Makes a spare of a file, or removes it; nothing depends on its success, since a file below
    /// the cut that is still there when the log is opened is given up then.
    private func giveUp(_ file: Retired, isWanted: Bool) -> Spare? {
        let old = JournalFileName(number: UInt64(file.number), role: .journal)
        owner.withLock { $0.files }?.drop(file.number)
        if file.isScrubbed {
            scrub(try? volume.open(old.path, create: .never), old)
            return nil
        }
        guard isWanted, let spare = try? reuse(old) else {
            if (try? volume.remove(old.path)) == nil { noteFilesLeft(1) }
            return nil
        }
        return spare
    }

    /// Writes zeros over a file and removes it; what stays is removed when the log is opened.
    private func scrub(_ backend: (any StorageBackend)?, _ name: JournalFileName) {
        let isOverwritten = backend.map { (try? Self.overwrite($0)) != nil } ?? false
        if !isOverwritten { noteFilesLeft(1) }
        try? volume.remove(name.path)
    }

    /// So many files could not be removed, or overwritten where that is wanted.
    func noteFilesLeft(_ count: Int) {
        state.withLock { $0.filesLeft += count }
    }

    private static func overwrite(_ backend: any StorageBackend) throws(StorageError) {
        let zeros = UnsafeMutableRawBufferPointer.allocate(
            byteCount: chunkBytes, alignment: Format.alignment)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        let size = backend.size
        var next: UInt64 = 0
        while next < size {
            let count = Int(min(UInt64(chunkBytes), size - next))
            try backend.write(
                UnsafeRawBufferPointer(UnsafeMutableRawBufferPointer(rebasing: zeros[..<count])),
                at: next)
            next += UInt64(count)
        }
        try backend.sync()
    }

    /// Gives a file the name of a spare. Its old bytes never pass for new ones: checksums are
    /// seeded with the file's id, which is new with each use.
    private func reuse(_ old: JournalFileName) throws(StorageError) -> Spare? {
        let backend = try volume.open(old.path, create: .never)
        guard backend.size == UInt64(fileBytes) else { return nil }
        let number = state.withLock { $0.takeNumber() }
        let name = JournalFileName(number: number, role: .spare)
        try volume.rename(old.path, to: name.path)
        do throws(StorageError) {
            try volume.syncDirectory(Format.journalDirectory)
            return Spare(name: name, backend: try volume.open(name.path, create: .never))
        } catch {
            try? volume.remove(name.path)
            throw error
        }
    }

    /// Reuses or prepares one file if there is one to reuse or one is wanted, on the caller's
    /// thread; false when none is.
    func step() -> Bool {
        if reuseRetired() { return true }
        guard state.withLock({ !$0.isStopping && $0.spares.count < sparesMax }) else {
            return false
        }
        _ = attempt()
        return true
    }

    /// Prepares one file and tells the journal what became of it; true when it is ready.
    private func attempt() -> Bool {
        let number = state.withLock { $0.takeNumber() }
        do throws(LogError) {
            let spare = try prepare(number)
            state.withLock { now in
                now.spares.append(spare)
                journal?.addReadyFile()
            }
            return true
        } catch {
            journal?.preparationFailed(error)
            return false
        }
    }

    /// Waits until somebody needs a file or some time has passed.
    private func waitForRetry() {
        let deadline = SystemClock().monotonicNanoseconds() + Self.retryNanoseconds
        state.wait(untilNanoseconds: deadline) { now -> Void? in
            now.isStopping || now.isPoked || !now.retired.isEmpty ? () : nil
        }
    }

    private func prepare(_ number: UInt64) throws(LogError) -> Spare {
        let preparing = JournalFileName(number: number, role: .preparing)
        let spare = JournalFileName(number: number, role: .spare)
        do {
            let backend = try volume.open(preparing.path, create: .exclusive)
            // Whoever waits for a file on a full disk asks for it again and again: nothing is
            // written in vain, and no space taken for a moment that a settling needs.
            try (backend as? any ReservingBackend)?.reserve(UInt64(fileBytes))
            try fill(backend)
            try volume.rename(preparing.path, to: spare.path)
            try volume.syncDirectory(Format.journalDirectory)
            return Spare(name: spare, backend: backend, isClean: true)
        } catch {
            // Under either name it would keep space that nobody knows of: that which it could not
            // get enough of, or each attempt as much as the one before.
            for name in [preparing, spare] { try? volume.remove(name.path) }
            throw LogError(error)
        }
    }

    private func fill(_ backend: any StorageBackend) throws(StorageError) {
        let zeros = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(Self.chunkBytes, fileBytes), alignment: Format.alignment)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        var written = 0
        while written < fileBytes {
            let count = min(zeros.count, fileBytes - written)
            _ = try backend.append(
                UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(zeros)[..<count]))
            written += count
            if written % Self.syncBytes == 0 { try backend.sync() }
        }
        try backend.sync()
    }
}
